import { afterAll, beforeAll, beforeEach, describe, expect, test } from '@jest/globals';
import { type FakeSendGrid, startFakeSendGrid } from '../testing/fake-send-grid.ts';
import { createSendGridProvider } from './send-grid.ts';

const message = {
  id: '0193c9a0-7b6e-7c52-9f0a-5d4f7f3a2b10',
  operation: 'WELCOME',
  channel: 'EMAIL' as const,
  locale: 'en',
  to: 'asha@example.com',
  subject: 'Welcome',
  body: 'Hello Asha',
  html: '<p>Hello Asha</p>',
  code: null,
};
const timeoutMs = 500;

let sendGrid: FakeSendGrid;
beforeAll(async () => {
  sendGrid = await startFakeSendGrid();
});
beforeEach(() => {
  sendGrid.mails.length = 0;
});
afterAll(() => sendGrid.close());

function provider(baseUrl = sendGrid.url, sandbox = false) {
  return createSendGridProvider({
    apiKey: 'SG.test',
    baseUrl,
    from: { email: 'no-reply@atrium.test', name: 'Atrium' },
    timeoutMs,
    sandbox,
  });
}

describe('the SendGrid provider', () => {
  test('sends what the v3 API asks for, and keeps the id that it answers', async () => {
    expect(await provider().send(message)).toEqual({ kind: 'accepted', providerMessageId: 'sg-1' });
    const [mail] = sendGrid.mails;
    expect(mail?.path).toBe('/v3/mail/send');
    expect(mail?.headers.authorization).toBe('Bearer SG.test');
    expect(mail?.body).toMatchObject({
      from: { email: 'no-reply@atrium.test', name: 'Atrium' },
      subject: 'Welcome',
      personalizations: [{ to: [{ email: 'asha@example.com' }] }],
      custom_args: { atriumMessageId: message.id },
      content: [
        { type: 'text/plain', value: 'Hello Asha' },
        { type: 'text/html', value: '<p>Hello Asha</p>' },
      ],
      tracking_settings: { click_tracking: { enable: false }, open_tracking: { enable: false } },
    });
  });

  test.each([400, 404, 413])('%i is a refusal for good, without a word of the person', async (status) => {
    sendGrid.answers.push({ status });
    expect(await provider().send(message)).toEqual({ kind: 'refused', reason: `provider refused (${status})` });
  });

  test.each([401, 403, 408, 429, 500, 503])('%i is to be tried again', async (status) => {
    sendGrid.answers.push({ status });
    expect(await provider().send(message)).toEqual({ kind: 'unavailable', reason: `provider unavailable (${status})` });
  });

  test('it waits as long as SendGrid asks, within reason', async () => {
    sendGrid.answers.push({ status: 429, headers: { 'retry-after': '7' } });
    expect(await provider().send(message)).toMatchObject({ retryAfterMs: 7_000 });
    sendGrid.answers.push({ status: 429, headers: { 'retry-after': '999999999' } });
    expect(await provider().send(message)).toMatchObject({ retryAfterMs: 3_600_000 });
  });

  test('until a date, where that is what SendGrid names', async () => {
    const inAMinute = new Date(Date.now() + 60_000).toUTCString();
    sendGrid.answers.push({ status: 503, headers: { 'retry-after': inAMinute } });
    const outcome = (await provider().send(message)) as { retryAfterMs: number };
    expect(Math.round(outcome.retryAfterMs / 10_000)).toBe(6);
    sendGrid.answers.push({ status: 503, headers: { 'retry-after': 'soon' } });
    expect(await provider().send(message)).toEqual({ kind: 'unavailable', reason: 'provider unavailable (503)' });
  });

  test('a SendGrid that is not there took nothing', async () => {
    const unreachable = { kind: 'unavailable', reason: 'provider out of reach' };
    expect(await provider('http://127.0.0.1:9').send(message)).toEqual(unreachable);
  });

  test.each([
    ['hangs', { status: 202, hang: true }, 'provider did not answer'],
    ['breaks off', { status: 202, cut: true }, 'provider did not answer'],
    ['waited for itself in vain', { status: 504 }, 'provider timed out (504)'],
  ])('of a SendGrid that %s nobody knows whether it took the message', async (_what, answer, reason) => {
    sendGrid.answers.push(answer);
    expect(await provider().send(message)).toEqual({ kind: 'ambiguous', reason });
    expect(sendGrid.mails).toHaveLength(1);
  });

  test('in sandbox mode SendGrid judges a message and sends nothing', async () => {
    expect(await provider(sendGrid.url, true).send(message)).toEqual({ kind: 'accepted', providerMessageId: null });
    expect(sendGrid.mails[0]?.body.mail_settings).toEqual({ sandbox_mode: { enable: true } });
  });

  test('a redirect is not followed: the key is for SendGrid alone', async () => {
    sendGrid.answers.push({ status: 307, headers: { location: `${sendGrid.url}/elsewhere` } });
    expect(await provider().send(message)).toMatchObject({ kind: 'unavailable' });
    expect(sendGrid.mails).toHaveLength(1);
  });
});
