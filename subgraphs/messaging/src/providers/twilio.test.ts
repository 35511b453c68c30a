import { afterAll, beforeAll, beforeEach, describe, expect, test } from '@jest/globals';
import { type FakeTwilio, startFakeTwilio } from '../testing/fake-twilio.ts';
import { createTwilioProvider, type TwilioOptions } from './twilio.ts';

const accountSid = 'AC0123456789abcdef0123456789abcdef';
const message = {
  id: '0193c9a0-7b6e-7c52-9f0a-5d4f7f3a2b10',
  operation: 'PHONE_VERIFICATION',
  channel: 'SMS' as const,
  locale: 'hi',
  to: '+919876543210',
  subject: null,
  body: '482915 आपका कोड है। a&To=+15550000000\r\nFrom: x',
  html: null,
  code: '482915',
};

let twilio: FakeTwilio;
const opened: ReturnType<typeof createTwilioProvider>[] = [];
beforeAll(async () => {
  twilio = await startFakeTwilio();
});
beforeEach(() => {
  twilio.messages.length = 0;
});
afterAll(async () => {
  await Promise.all(opened.map((provider) => provider.close?.()));
  await twilio.close();
});

function provider(changes: Partial<TwilioOptions> = {}) {
  const made = createTwilioProvider({
    accountSid,
    authToken: 'token',
    from: '+15005550006',
    baseUrl: twilio.url,
    statusCallbackUrl: 'https://atrium.test/webhooks/twilio',
    timeoutMs: 500,
    connections: 2,
    ...changes,
  });
  opened.push(made);
  return made;
}

describe('the Twilio provider', () => {
  test('sends what the Messages resource asks for, and keeps the id that it answers', async () => {
    const outcome = await provider().send(message);
    const [sms] = twilio.messages;
    expect(outcome).toEqual({ kind: 'accepted', providerMessageId: sms?.sid });
    expect(sms).toMatchObject({
      path: `/2010-04-01/Accounts/${accountSid}/Messages.json`,
      user: `${accountSid}:token`,
      contentType: 'application/x-www-form-urlencoded',
    });
    // The text brings no fields of its own, whatever stands in it.
    expect(sms?.form).toEqual({
      To: message.to,
      From: '+15005550006',
      Body: message.body,
      StatusCallback: `https://atrium.test/webhooks/twilio?message=${message.id}`,
    });
  });

  test('a messaging service sends in the place of a number, and without an address nobody is called back', async () => {
    const from = 'MG0123456789abcdef0123456789abcdef';
    await provider({ from, statusCallbackUrl: undefined }).send(message);
    expect(twilio.messages[0]?.form).toEqual({ To: message.to, MessagingServiceSid: from, Body: message.body });
  });

  test('a refusal is told by Twilio’s code, without a word of the person', async () => {
    twilio.answers.push({ status: 400, body: { code: 21_211, message: 'The To number +919876543210 is not valid' } });
    expect(await provider().send(message)).toEqual({ kind: 'refused', reason: 'provider refused (21211)' });
    twilio.answers.push({ status: 404 });
    expect(await provider().send(message)).toEqual({ kind: 'refused', reason: 'provider refused (404)' });
  });

  test('whoever answered STOP is to be left alone from now on', async () => {
    twilio.answers.push({ status: 400, body: { code: 21_610, message: 'Attempt to send to unsubscribed recipient' } });
    const refused = { kind: 'refused', reason: 'provider refused (21610)', suppress: 'STOP' };
    expect(await provider().send(message)).toEqual(refused);
  });

  test.each([401, 403, 408, 429, 500, 503])('%i is to be tried again', async (status) => {
    twilio.answers.push({ status, body: { code: 20_003, message: 'secret' } });
    expect(await provider().send(message)).toEqual({ kind: 'unavailable', reason: `provider unavailable (${status})` });
  });

  test('it waits as long as Twilio asks', async () => {
    twilio.answers.push({ status: 429, headers: { 'retry-after': '7' }, body: { code: 20_429 } });
    expect(await provider().send(message)).toMatchObject({ kind: 'unavailable', retryAfterMs: 7_000 });
  });

  test('a Twilio that is not there took nothing', async () => {
    const unreachable = { kind: 'unavailable', reason: 'provider out of reach' };
    expect(await provider({ baseUrl: 'http://127.0.0.1:9' }).send(message)).toEqual(unreachable);
  });

  test.each([
    ['hangs', { status: 201, hang: true }, 'provider did not answer'],
    ['breaks off', { status: 201, cut: true }, 'provider did not answer'],
    ['waited for itself in vain', { status: 504 }, 'provider timed out (504)'],
  ])('of a Twilio that %s nobody knows whether it took the message', async (_what, answer, reason) => {
    twilio.answers.push(answer);
    expect(await provider().send(message)).toEqual({ kind: 'ambiguous', reason });
    expect(twilio.messages).toHaveLength(1);
  });

  test('a slow Twilio is waited for', async () => {
    const slow = Promise.withResolvers<void>();
    twilio.answers.push({ status: 201, body: { sid: `SM${'a'.repeat(32)}` }, until: slow.promise });
    const sending = provider({ timeoutMs: 10_000 }).send(message);
    slow.resolve();
    expect(await sending).toEqual({ kind: 'accepted', providerMessageId: `SM${'a'.repeat(32)}` });
  });

  test('a redirect is not followed: the token is for Twilio alone', async () => {
    twilio.answers.push({ status: 307, headers: { location: `${twilio.url}/elsewhere` } });
    expect(await provider().send(message)).toMatchObject({ kind: 'unavailable' });
    expect(twilio.messages).toHaveLength(1);
  });

  test('an answer that is none costs the id and nothing else', async () => {
    twilio.answers.push({ status: 201, body: { sid: 'not an id', text: 'x'.repeat(100_000) } });
    expect(await provider().send(message)).toEqual({ kind: 'accepted', providerMessageId: null });
  });
});
