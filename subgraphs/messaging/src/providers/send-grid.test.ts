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

function provider(baseUrl = sendGrid.url) {
  return createSendGridProvider({
    apiKey: 'SG.test',
    baseUrl,
    from: { email: 'no-reply@atrium.test', name: 'Atrium' },
    timeoutMs,
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

  test.each([400, 401, 403, 413])('%i is a refusal for good, without a word of the person', async (status) => {
    sendGrid.answers.push({ status });
    expect(await provider().send(message)).toEqual({ kind: 'refused', reason: `provider refused (${status})` });
  });

  test.each([408, 429, 500, 503])('%i is to be tried again', async (status) => {
    sendGrid.answers.push({ status });
    expect(await provider().send(message)).toEqual({ kind: 'unavailable', reason: `provider unavailable (${status})` });
  });

  test('it waits as long as SendGrid asks, within reason', async () => {
    sendGrid.answers.push({ status: 429, headers: { 'retry-after': '7' } });
    expect(await provider().send(message)).toMatchObject({ retryAfterMs: 7_000 });
    sendGrid.answers.push({ status: 429, headers: { 'retry-after': '999999999' } });
    expect(await provider().send(message)).toMatchObject({ retryAfterMs: 3_600_000 });
  });

  test('a SendGrid that is not there is to be tried again; one that hangs may have sent', async () => {
    const unreachable = { kind: 'unavailable', reason: 'provider out of reach' };
    expect(await provider('http://127.0.0.1:9').send(message)).toEqual(unreachable);
    sendGrid.answers.push({ status: 202, hang: true });
    expect(await provider().send(message)).toEqual({ kind: 'ambiguous', reason: 'no answer from the provider' });
  });

  test('a redirect is not followed: the key is for SendGrid alone', async () => {
    sendGrid.answers.push({ status: 307, headers: { location: `${sendGrid.url}/elsewhere` } });
    expect(await provider().send(message)).toMatchObject({ kind: 'unavailable' });
    expect(sendGrid.mails).toHaveLength(1);
  });
});
