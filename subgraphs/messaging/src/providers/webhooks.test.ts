import { describe, expect, test } from '@jest/globals';
import type { ProviderEvent, WebhookReader, WebhookRequest } from '../domain/provider-event.ts';
import { makeSendGridSigner, twilioSignature } from '../testing/sign-webhook.ts';
import { createSendGridWebhook, readWebhookKey } from './send-grid-webhook.ts';
import { createTwilioWebhook } from './twilio-webhook.ts';

const messageId = '0193c9a0-7b6e-7c52-9f0a-5d4f7f3a2b10';
const now = new Date();

function hearBy(webhook: WebhookReader, request: WebhookRequest): ProviderEvent[] {
  webhook.verify(request);
  return webhook.read(request, now);
}

describe('SendGrid’s events', () => {
  const signer = makeSendGridSigner();
  const webhook = createSendGridWebhook({ publicKey: readWebhookKey(signer.publicKey), toleranceMs: 300_000 });
  const read = (events: unknown, signedAt = now.getTime()) => {
    const body = JSON.stringify(events);
    const headers = signer.headersFor(body, signedAt);
    return hearBy(webhook, { url: '/webhooks/sendgrid', headers, body: Buffer.from(body) });
  };
  const event = (changes: object) => ({
    email: 'asha@example.com',
    timestamp: 1_764_000_000,
    event: 'delivered',
    sg_event_id: 'ZGVsaXZlcmVkLTA',
    sg_message_id: '14c5d75ce93.dfd.64b469.filter0001.16648.5515E0B88.0',
    atriumMessageId: messageId,
    ...changes,
  });

  test.each([
    [{ event: 'delivered' }, 'DELIVERED', null, null],
    [
      { event: 'bounce', type: 'bounce', status: '5.1.1', reason: '<asha@example.com> unknown' },
      'FAILED',
      'bounced (5.1.1)',
      'BOUNCE',
    ],
    [{ event: 'bounce', type: 'blocked', status: '4.7.1' }, 'FAILED', 'blocked (4.7.1)', null],
    [{ event: 'bounce', status: 'asha@example.com' }, 'FAILED', 'bounced', 'BOUNCE'],
    [{ event: 'dropped', reason: 'Bounced Address' }, 'FAILED', 'dropped by SendGrid', null],
    [{ event: 'spamreport' }, null, null, 'COMPLAINT'],
    [{ event: 'group_unsubscribe' }, null, null, 'STOP'],
  ])('%j means %s', (changes, outcome, failure, reason) => {
    expect(read([event(changes)])).toEqual([
      {
        id: 'ZGVsaXZlcmVkLTA',
        messageId,
        providerMessageId: '14c5d75ce93.dfd.64b469.filter0001.16648.5515E0B88.0',
        outcome,
        failure,
        suppress: reason && { channel: 'EMAIL', to: 'asha@example.com', reason },
        lift: null,
      },
    ]);
  });

  test('what is not ours, or is no event, is passed over; the rest of the batch is not', () => {
    const quiet = ['processed', 'deferred', 'open', 'toString'].map((name) => event({ event: name }));
    const strangers = [
      ...quiet,
      null,
      7,
      'x',
      [],
      {},
      event({ atriumMessageId: undefined }),
      event({ atriumMessageId: 'x' }),
    ];
    expect(read([...strangers, event({}), event({ sg_event_id: 9 })])).toHaveLength(1);
    expect(() => read({ events: [] })).toThrow('Send a list of events.');
  });

  test('only what was signed lately, by SendGrid, over these bytes, is heard', () => {
    const body = JSON.stringify([event({})]);
    const headers = signer.headersFor(body, now.getTime());
    const hear =
      (changes: object, bytes = body) =>
      () =>
        hearBy(webhook, { url: '', headers: { ...headers, ...changes }, body: Buffer.from(bytes) });
    expect(hear({})()).toHaveLength(1);
    const stranger = makeSendGridSigner().headersFor(body, now.getTime());
    const unsigned = [
      hear({}, `${body} `),
      hear({ 'x-twilio-email-event-webhook-timestamp': String(Math.floor(now.getTime() / 1_000) + 1) }),
      hear({ 'x-twilio-email-event-webhook-timestamp': undefined }),
      hear({ 'x-twilio-email-event-webhook-timestamp': 'soon' }),
      hear({ 'x-twilio-email-event-webhook-signature': undefined }),
      hear({ 'x-twilio-email-event-webhook-signature': '' }),
      hear({ 'x-twilio-email-event-webhook-signature': ['a', 'b'] }),
      hear({ 'x-twilio-email-event-webhook-signature': 'AAAA' }),
      hear(stranger),
    ];
    for (const attempt of unsigned) expect(attempt).toThrow('The signature is missing or wrong.');
    for (const away of [-301_000, 301_000]) {
      expect(() => read([event({})], now.getTime() + away)).toThrow('signed too long ago');
    }
    expect(read([event({})], now.getTime() - 290_000)).toHaveLength(1);
  });

  test('a key that is none is refused', () => {
    for (const text of ['', 'x', Buffer.from('x').toString('base64')]) expect(() => readWebhookKey(text)).toThrow();
  });
});

describe('Twilio’s callbacks', () => {
  const authToken = '12345';
  const webhook = createTwilioWebhook({ authToken, publicUrl: 'https://atrium.test' });
  const sid = `SM${'0123456789abcdef'.repeat(2)}`;
  const url = `/webhooks/twilio?message=${messageId}`;
  const hear = (
    fields: Record<string, string>,
    { path = url, signedUrl }: { path?: string; signedUrl?: string } = {},
  ) =>
    hearBy(webhook, {
      url: path,
      headers: {
        'x-twilio-signature': twilioSignature(authToken, signedUrl ?? `https://atrium.test${path}`, fields),
      },
      body: Buffer.from(new URLSearchParams(fields).toString()),
    });
  const callback = {
    AccountSid: 'AC1',
    MessageSid: sid,
    MessageStatus: 'delivered',
    To: '+919876543210',
    Odd: 'ü & 1+1',
  };

  test('the signature is that of Twilio’s own example', () => {
    // https://www.twilio.com/docs/usage/security#validating-requests
    const example = createTwilioWebhook({ authToken: '12345', publicUrl: 'https://mycompany.com' });
    const fields = {
      CallSid: 'CA1234567890ABCDE',
      Caller: '+14158675309',
      Digits: '1234',
      From: '+14158675309',
      To: '+18005551212',
    };
    const request = {
      url: '/myapp.php?foo=1&bar=2',
      headers: { 'x-twilio-signature': 'RSOYDt4T1cUTdK1PDd93/VVr8B8=' },
      body: Buffer.from(new URLSearchParams(fields).toString()),
    };
    expect(hearBy(example, request)).toEqual([]);
  });

  test.each([
    [{}, 'DELIVERED', null, null],
    [{ MessageStatus: 'read' }, 'DELIVERED', null, null],
    [{ MessageStatus: 'undelivered', ErrorCode: '30003' }, 'FAILED', 'undelivered (30003)', null],
    [{ MessageStatus: 'failed' }, 'FAILED', 'failed', null],
    [{ MessageStatus: 'failed', ErrorCode: '21610' }, 'FAILED', 'failed (21610)', 'STOP'],
  ])('%j means %s', (changes: Record<string, string>, outcome, failure, reason) => {
    const fields = { ...callback, ...changes };
    expect(hear(fields)).toEqual([
      {
        id: `${sid}:${fields.MessageStatus}`,
        messageId,
        providerMessageId: sid,
        outcome,
        failure,
        suppress: reason && { channel: 'SMS', to: '+919876543210', reason },
        lift: null,
      },
    ]);
  });

  test('what is on the way, or not ours, says nothing', () => {
    for (const MessageStatus of ['queued', 'sending', 'sent', 'accepted', '', 'constructor']) {
      expect(hear({ ...callback, MessageStatus })).toEqual([]);
    }
    expect(hear({ ...callback, MessageSid: 'x' })).toEqual([]);
    for (const path of ['/webhooks/twilio', '/webhooks/twilio?message=x']) expect(hear(callback, { path })).toEqual([]);
  });

  const told = { channel: 'SMS', to: '+919876543210', reason: 'STOP' };
  test.each([
    [{ Body: ' Stop ' }, [{ suppress: told, lift: null }]],
    [{ Body: 'Please stop' }, []],
    [{ Body: 'Start' }, [{ suppress: null, lift: told }]],
    [{ Body: 'ARRET', OptOutType: 'STOP' }, [{ suppress: told, lift: null }]],
    [{ Body: 'STOP', OptOutType: 'HELP' }, []],
    [{ Body: 'STOP', From: 'whatsapp:x' }, []],
  ])('the reply %j tells %j', (reply: Record<string, string>, events) => {
    const fields = { MessageSid: sid, SmsStatus: 'received', From: '+919876543210', To: '+15005550006', ...reply };
    const read = hear(fields, { path: '/webhooks/twilio' });
    expect(read).toEqual(events.map((event) => expect.objectContaining({ ...event, messageId: null, outcome: null })));
  });

  test('only what Twilio signed, for our address, is heard', () => {
    const wrong = 'The signature is missing or wrong.';
    expect(hear(callback, { signedUrl: `https://atrium.test:443${url}` })).toHaveLength(1);
    expect(() => hear(callback, { signedUrl: `http://atrium.test${url}` })).toThrow(wrong);
    expect(() => hear(callback, { signedUrl: 'https://atrium.test/webhooks/twilio' })).toThrow(wrong);
    const body = Buffer.from(new URLSearchParams(callback).toString());
    const signature = twilioSignature(authToken, `https://atrium.test${url}`, callback);
    const hearSigned =
      (given: string | string[] | undefined, bytes = body) =>
      () =>
        hearBy(webhook, { url, headers: { 'x-twilio-signature': given }, body: bytes });
    expect(hearSigned(signature)()).toHaveLength(1);
    for (const given of [undefined, '', 'x', [signature], signature.slice(0, -4)])
      expect(hearSigned(given)).toThrow(wrong);
    expect(hearSigned(signature, Buffer.concat([body, Buffer.from('&To=%2B1')]))).toThrow(wrong);
    expect(hearSigned(twilioSignature('other', `https://atrium.test${url}`, callback))).toThrow(wrong);
  });
});
