import { afterAll, beforeAll, beforeEach, describe, expect, test } from '@jest/globals';
import { type FakeMailServer, startFakeMailServer } from '../testing/fake-mail-server.ts';
import { createSmtpProvider, type SmtpOptions } from './smtp.ts';

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

let server: FakeMailServer;
const opened: ReturnType<typeof createSmtpProvider>[] = [];
beforeAll(async () => {
  server = await startFakeMailServer();
});
beforeEach(() => {
  server.mails.length = 0;
});
afterAll(async () => {
  await Promise.all(opened.map((provider) => provider.close?.()));
  await server.close();
});

function provider(changes: Partial<SmtpOptions> = {}) {
  const made = createSmtpProvider({
    url: server.url,
    plaintextAllowed: true,
    from: { email: 'no-reply@atrium.test', name: 'Atrium' },
    timeoutMs: 500,
    connections: 2,
    ...changes,
  });
  opened.push(made);
  return made;
}

describe('the SMTP provider', () => {
  test('sends text and HTML to one recipient, under our id', async () => {
    expect(await provider().send(message)).toEqual({ kind: 'accepted', providerMessageId: null });
    const [mail] = server.mails;
    expect(mail).toMatchObject({ from: 'no-reply@atrium.test', recipients: ['asha@example.com'], user: undefined });
    expect(mail?.email).toMatchObject({
      from: { address: 'no-reply@atrium.test', name: 'Atrium' },
      to: [{ address: 'asha@example.com' }],
      subject: 'Welcome',
      messageId: `<${message.id}@atrium.test>`,
      text: expect.stringContaining('Hello Asha'),
      html: expect.stringContaining('<p>Hello Asha</p>'),
    });
  });

  test('logs in where the address says who, and keeps its connections', async () => {
    const before = server.connections();
    const url = server.url.replace('//', `//${encodeURIComponent('at rium@x')}:secret@`);
    const smtp = provider({ url, connections: 1 });
    for (let sent = 0; sent < 3; sent += 1) expect(await smtp.send(message)).toMatchObject({ kind: 'accepted' });
    expect(server.mails.map(({ user }) => user)).toEqual(['at rium@x', 'at rium@x', 'at rium@x']);
    expect(server.connections() - before).toBe(1);
  });

  test('a log-in that fails is our trouble and not the message’s', async () => {
    const url = server.url.replace('//', '//atrium:wrong@');
    const outcome = { kind: 'unavailable', reason: 'provider unavailable (535)' };
    expect(await provider({ url }).send(message)).toEqual(outcome);
  });

  test('nothing is sent in the clear unless that is allowed', async () => {
    expect(await provider({ plaintextAllowed: false }).send(message)).toMatchObject({ kind: 'unavailable' });
    expect(server.mails).toEqual([]);
  });

  test.each([
    ['recipient', 550, 'refused'],
    ['recipient', 450, 'unavailable'],
    ['text', 554, 'refused'],
    ['text', 451, 'unavailable'],
  ] as const)('a %s met by %i is %s, and the next message is not troubled', async (at, code, kind) => {
    const smtp = provider();
    server.faults.push({ at, code });
    expect(await smtp.send(message)).toEqual({ kind, reason: `provider ${kind} (${code})` });
    expect(await smtp.send(message)).toMatchObject({ kind: 'accepted' });
  });

  test('a server that is not there, or breaks off before the text, took nothing', async () => {
    const unreachable = { kind: 'unavailable', reason: 'provider out of reach' };
    expect(await provider({ url: 'smtp://127.0.0.1:9' }).send(message)).toEqual(unreachable);
    server.faults.push({ at: 'recipient', ends: 'cut' });
    expect(await provider().send(message)).toEqual(unreachable);
  });

  test.each(['cut', 'silence'] as const)(
    'a server that took the text and answers by %s: nobody knows',
    async (ends) => {
      server.faults.push({ at: 'text', ends });
      expect(await provider().send(message)).toEqual({ kind: 'ambiguous', reason: 'provider did not answer' });
      // Nor does anything but the queue try again.
      expect(server.mails).toHaveLength(1);
    },
  );
});

describe('what stands in names, subjects and addresses', () => {
  const header = (raw: string, name: string): string[] =>
    raw
      .slice(0, raw.indexOf('\r\n\r\n'))
      .replaceAll(/\r\n[ \t]+/g, ' ')
      .split('\r\n')
      .filter((line) => line.toLowerCase().startsWith(`${name}:`));
  const names = (raw: string): string[] =>
    raw
      .slice(0, raw.indexOf('\r\n\r\n'))
      .split('\r\n')
      .filter((line) => !/^[ \t]/.test(line))
      .map((line) => line.slice(0, line.indexOf(':')).toLowerCase())
      .sort();
  const plain = ['auto-submitted', 'content-type', 'date', 'from', 'message-id', 'mime-version', 'subject', 'to'];

  test.each([
    'Hi\r\nBcc: mallory@evil.test',
    'Hi\nBcc: mallory@evil.test',
    'Hi\rBcc: mallory@evil.test',
    'Hi\r\n\r\n<h1>another body</h1>',
    'Hi\u0000\u2028Bcc: mallory@evil.test',
    '=?utf-8?Q?Hi=0D=0ABcc:_mallory@evil.test?=',
    'आपका स्वागत है 👋 '.repeat(60),
    'x'.repeat(5_000),
  ])('the subject %j is a subject', async (subject) => {
    expect(await provider().send({ ...message, subject })).toMatchObject({ kind: 'accepted' });
    const [mail] = server.mails;
    expect(mail?.recipients).toEqual(['asha@example.com']);
    expect(names(mail?.raw ?? '')).toEqual(plain);
    expect(header(mail?.raw ?? '', 'subject')).toHaveLength(1);
    // RFC 5322, 2.1.1: no line is longer than 998 characters.
    expect(Math.max(...(mail?.raw ?? '').split('\r\n').map(({ length }) => length))).toBeLessThanOrEqual(998);
  });

  test('a subject of any script arrives as it was written', async () => {
    const subject = 'आपका स्वागत है, 👋 “Asha” & co — مرحبا';
    await provider().send({ ...message, subject });
    expect(server.mails[0]?.email.subject).toBe(subject);
  });

  test.each([
    'Atrium\r\nBcc: mallory@evil.test',
    'Atrium" <mallory@evil.test>, "x',
    'Atrium <mallory@evil.test>',
    'अट्रियम, 👋',
  ])('the sender’s name %j is a name', async (name) => {
    await provider({ from: { email: 'no-reply@atrium.test', name } }).send(message);
    const [mail] = server.mails;
    expect(names(mail?.raw ?? '')).toEqual(plain);
    expect(mail?.email.from?.address).toBe('no-reply@atrium.test');
    expect(mail?.email.bcc ?? []).toEqual([]);
    expect(mail?.recipients).toEqual(['asha@example.com']);
  });

  test.each([
    'a@b.test>\r\nBcc: x@evil.test',
    'a@b.test>\r\nRCPT TO:<x@evil.test',
    'a@b.test, x@evil.test',
    'a@b.test; x@evil.test',
    'Asha <a@b.test>, <x@evil.test>',
    'group: a@b.test, x@evil.test;',
    '"a@b.test> ORCPT=x"@evil.test',
    'a@b.test\u0000x@evil.test',
    'a@b.test\r\n.\r\nMAIL FROM:<x@evil.test>',
  ])('the address %j reaches nobody else', async (to) => {
    const { kind } = await provider().send({ ...message, to });
    for (const mail of server.mails) {
      expect(mail.recipients).toHaveLength(1);
      expect(mail.recipients).not.toContain('x@evil.test');
      expect(mail.email.to).toHaveLength(1);
      expect(mail.email.bcc ?? []).toEqual([]);
      expect(names(mail.raw)).toEqual(plain);
    }
    expect(server.mails).toHaveLength(kind === 'accepted' ? 1 : 0);
    if (kind !== 'accepted') expect(kind).toBe('refused');
  });

  test('a line of the text that is one dot does not end it, and its HTML is a part of its own', async () => {
    const body = 'Hello\n.\nQUIT\n--boundary\nContent-Type: text/html\n\n<b>x</b>';
    await provider().send({ ...message, body });
    const { email, recipients } = server.mails[0] ?? {};
    expect(recipients).toHaveLength(1);
    expect(email?.text?.trim()).toBe(body);
    expect(email?.html?.trim()).toBe(message.html);
  });
});
