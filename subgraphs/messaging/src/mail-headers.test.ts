import { afterAll, beforeAll, beforeEach, expect, test } from '@jest/globals';
import { type FakeMailServer, startFakeMailServer } from './testing/fake-mail-server.ts';
import { type RunningMessaging, startRunningMessaging } from './testing/running-messaging.ts';
import { waitFor } from './testing/wait-for.ts';

let mailServer: FakeMailServer;
let messaging: RunningMessaging;

beforeAll(async () => {
  mailServer = await startFakeMailServer();
  messaging = await startRunningMessaging({
    EMAIL_PROVIDERS: 'smtp',
    SMTP_URL: mailServer.url,
    SMTP_PLAINTEXT: 'true',
    EMAIL_FROM: 'no-reply@atrium.test',
  });
});
beforeEach(() => {
  mailServer.mails.length = 0;
});
afterAll(async () => {
  await messaging.close();
  await mailServer.close();
});

async function welcome(contact: { name?: string; email: string }, input: object = {}) {
  const { userId } = messaging.profile.addUser(contact);
  const { data } = await messaging.ask(
    `mutation ($input: SendMessageInput!) { sendMessage(input: $input) { message { id } userErrors { code } } }`,
    { input: { userId, operation: 'WELCOME', channel: 'EMAIL', ...input } },
    { scopes: ['messaging:read', 'messaging:send-any'] },
  );
  return data.sendMessage;
}

const headerNames = (raw: string): string[] =>
  raw
    .slice(0, raw.indexOf('\r\n\r\n'))
    .split('\r\n')
    .filter((line) => !/^[ \t]/.test(line))
    .map((line) => line.slice(0, line.indexOf(':')).toLowerCase());

test.each([
  'Asha\r\nBcc: mallory@evil.test',
  'Asha\nBcc: mallory@evil.test\n\n<script>alert(1)</script>',
  'Asha\u0000\u0085\u2028Bcc: mallory@evil.test',
  '{{ name }}{% raw %}\r\nCc: mallory@evil.test',
  'आशा 👋 "Rao" <mallory@evil.test>,',
])('the name %j reaches one recipient, as text', async (name) => {
  await welcome({ name, email: 'asha@example.com' });
  const mail = await waitFor('the mail', async () => mailServer.mails[0]);
  expect(mail.recipients).toEqual(['asha@example.com']);
  expect(mail.email.to?.map(({ address }) => address)).toEqual(['asha@example.com']);
  const names = headerNames(mail.raw);
  expect(names.filter((each) => ['bcc', 'cc', 'to', 'subject', 'from'].includes(each)).sort()).toEqual([
    'from',
    'subject',
    'to',
  ]);
  const shown = name.replaceAll(/[\p{Cc}\p{Zl}]+/gu, ' ');
  expect(mail.email.subject).toContain(shown);
  expect(mail.email.html).not.toContain('<script>');
});

test('an address that holds more than one is refused before it is queued, or at the latest by the provider', async () => {
  for (const email of ['a@b.test>\r\nBcc: x@evil.test', 'a@b.test, x@evil.test', 'A <a@b.test>']) {
    const named = await welcome({ email: 'asha@example.com' }, { email });
    expect(named.userErrors).toEqual([{ code: 'EMAIL_INVALID' }]);
    const own = await welcome({ email });
    if (!own.message) continue;
    await waitFor('an end', async () => {
      const { data } = await messaging.ask(`{ message(id: "${own.message.id}") { status } }`);
      return data.message.status === 'FAILED';
    });
  }
  expect(mailServer.mails).toEqual([]);
});
