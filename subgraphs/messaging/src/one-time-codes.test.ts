import { newId } from '@atrium/service-kit';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from '@jest/globals';
import type { Contact } from './domain/user.ts';
import { type CodeClient, openCodeClient } from './testing/code-client.ts';
import { type RunningMessaging, startRunningMessaging } from './testing/running-messaging.ts';

let messaging: RunningMessaging;
/** A log-in server that may read users, another one, and one that may not. */
let client: CodeClient;
let other: CodeClient;
let blind: CodeClient;

beforeAll(async () => {
  messaging = await startRunningMessaging();
  client = openCodeClient(messaging, { clientId: 'log-in', scopes: ['messaging:codes', 'profile:read'] });
  other = openCodeClient(messaging, { clientId: 'another', scopes: ['messaging:codes', 'profile:read'] });
  blind = openCodeClient(messaging, { clientId: 'blind', scopes: ['messaging:codes'] });
});
afterAll(() => messaging.close());
beforeEach(() => messaging.endCoolDowns());

const deletionOf = (subject: string) => ({
  specversion: '1.0',
  id: newId(),
  source: '/profile',
  type: 'user.deleted',
  subject,
  time: new Date().toISOString(),
  data: { version: 2 },
});
const numberOf = ({ phoneNumber }: Contact): string => phoneNumber ?? '';

describe('sendOneTimeCode', () => {
  test('a code arrives at the user’s own number, and the answer says until when it lives', async () => {
    const user = messaging.profile.addUser();
    const sent = await client.send(user.userId);
    expect(sent.userErrors).toEqual([]);
    expect(Date.parse(sent.codeExpiresAt ?? '') - Date.parse(sent.codeSentAt ?? '')).toBe(600_000);
    const arrived = await messaging.arrival(numberOf(user));
    expect(arrived).toMatchObject({ channel: 'SMS', operation: 'LOGIN_CODE', locale: 'en' });
    expect(arrived.body).toBe(
      `${arrived.code} is your Atrium log-in code. It works for 10 minutes. Never share it with anyone.`,
    );
  });

  test('a code for something else does not say that it logs in, in any language', async () => {
    for (const locale of ['en', 'hi-IN', 'es', 'ar']) {
      const user = messaging.profile.addUser({ email: `${locale}@example.com`, locale });
      await client.send(user.userId, { purpose: 'CONFIRM_PAYMENT' });
      await client.send(user.userId, { purpose: 'CONFIRM_PAYMENT', channel: 'EMAIL' });
      for (const to of [numberOf(user), `${locale}@example.com`]) {
        const arrived = await messaging.arrival(to);
        expect(arrived).toMatchObject({ operation: 'ONE_TIME_CODE', locale: locale.slice(0, 2) });
        expect(arrived.body).toContain(arrived.code);
        expect(arrived.body).toContain('10');
        expect(arrived.body).not.toMatch(/log|लॉग|sesión|الدخول/i);
      }
    }
  });

  test('by e-mail where that is asked for, or all there is', async () => {
    const both = messaging.profile.addUser({ email: 'both@example.com' });
    const mailOnly = messaging.profile.addUser({ email: 'mail@example.com', phoneNumber: null });
    expect((await client.send(both.userId, { channel: 'EMAIL' })).userErrors).toEqual([]);
    expect((await client.send(mailOnly.userId)).userErrors).toEqual([]);
    for (const address of ['both@example.com', 'mail@example.com']) {
      const { code, subject, html } = await messaging.arrival(address);
      expect(subject).toBe(`${code} is your Atrium log-in code`);
      expect(html).toContain(`>${code}<`);
    }
  });

  test('every input that no code can be sent for says what to mend', async () => {
    const user = messaging.profile.addUser();
    const nowhere = messaging.profile.addUser({ phoneNumber: null });
    const premium = messaging.profile.addUser({ phoneNumber: '+19002345678' });
    const { userId } = user;
    const cases: [object, string][] = [
      [{ userId: newId() }, 'NOT_FOUND input.userId'],
      [{ userId: 'no id' }, 'NOT_FOUND input.userId'],
      [{ userId, channel: 'EMAIL' }, 'NOT_ALLOWED input.channel'],
      [{ userId: nowhere.userId }, 'NOT_ALLOWED input.channel'],
      [{ userId: premium.userId }, 'PHONE_NUMBER_TYPE_NOT_ALLOWED input.userId'],
      [{ userId, purpose: ' ' }, 'REQUIRED input.purpose'],
      [{ userId, purpose: 'log in' }, 'INVALID_FORMAT input.purpose'],
      [{ userId, purpose: 'A\u0000' }, 'INVALID_FORMAT input.purpose'],
      [{ userId, purpose: 'A'.repeat(51) }, 'TOO_LONG input.purpose'],
      [{ userId, purpose: 'PHONE_VERIFICATION' }, 'NOT_ALLOWED input.purpose'],
      [{ userId, idempotencyKey: '' }, 'REQUIRED input.idempotencyKey'],
      [{ userId, idempotencyKey: 'x'.repeat(201) }, 'TOO_LONG input.idempotencyKey'],
    ];
    for (const [input, expected] of cases) {
      const { codeSentAt, userErrors } = await client.send('', input);
      expect([input, codeSentAt, client.named(userErrors)]).toEqual([input, null, [expected]]);
      expect(userErrors[0]?.message).toMatch(/\.$/);
    }
    expect(await messaging.inbox(numberOf(user))).toEqual([]);
  });

  test('a repeated idempotency key, even many at once, has one outcome and one message', async () => {
    const user = messaging.profile.addUser();
    const input = { idempotencyKey: newId() };
    const answers = await Promise.all(Array.from({ length: 10 }, () => client.send(user.userId, input)));
    for (const answer of answers) expect(answer).toEqual(answers[0]);
    expect(answers[0]?.userErrors).toEqual([]);
    expect(client.named((await client.send(user.userId, { ...input, purpose: 'PAY' })).userErrors)).toEqual([
      'IDEMPOTENCY_CONFLICT input.idempotencyKey',
    ]);
    await messaging.endCoolDowns();
    await client.send(user.userId);
    await messaging.arrival(numberOf(user), 2);
    expect(await messaging.inbox(numberOf(user))).toHaveLength(2);
  });

  test('of ten requests at once for two channels one code is open in the end', async () => {
    await messaging.restart({ CODE_COOL_DOWN_MS: '0' });
    const user = messaging.profile.addUser({ email: 'race@example.com' });
    const answers = await Promise.all(
      Array.from({ length: 10 }, (_, index) => client.send(user.userId, { channel: index % 2 ? 'SMS' : 'EMAIL' })),
    );
    expect(answers.flatMap(({ userErrors }) => userErrors)).toEqual([]);
    const open = await messaging.database.query(
      'SELECT 1 FROM challenges WHERE user_id = $1 AND ended_at IS NULL AND accepted_at IS NULL',
      [user.userId],
    );
    expect(open).toHaveLength(1);
    const hashes = 'SELECT 1 FROM challenges WHERE user_id = $1 AND code_hash IS NOT NULL';
    expect(await messaging.database.query(hashes, [user.userId])).toHaveLength(1);
    await messaging.restart();
  });

  test('who may not read users is told of nobody whether they exist', async () => {
    const reachable = messaging.profile.addUser();
    const unreachable = messaging.profile.addUser({ phoneNumber: null });
    const gone = messaging.profile.addUser();
    await messaging.tell([deletionOf(gone.userId)]);
    const [wrong, ...others] = [reachable, unreachable, gone, { userId: newId() }];
    const shapes = [];
    for (const { userId } of [wrong, ...others]) {
      const first = await blind.send(userId);
      const again = await blind.send(userId);
      const guesses = [];
      for (const code of ['000001', '000002', '000003', '000004', '000005', '000006']) {
        guesses.push(client.named((await blind.check(userId, code)).userErrors));
      }
      shapes.push({
        lifetime: Date.parse(first.codeExpiresAt ?? '') - Date.parse(first.codeSentAt ?? ''),
        first: first.userErrors,
        again: client.named(again.userErrors),
        guesses,
      });
    }
    for (const shape of shapes) expect(shape).toEqual(shapes[0]);
    expect(shapes[0]).toMatchObject({ lifetime: 600_000, first: [], again: ['COOL_DOWN input.userId'] });
  });
});

describe('checkOneTimeCode', () => {
  async function sentTo(user: Contact, input: object = {}): Promise<string> {
    await messaging.endCoolDowns();
    const before = (await messaging.inbox(numberOf(user))).length;
    expect((await client.send(user.userId, input)).userErrors).toEqual([]);
    return (await messaging.arrival(numberOf(user), before + 1)).code ?? '';
  }

  test('the right code is accepted once, also as it is typed', async () => {
    const user = messaging.profile.addUser();
    const code = await sentTo(user);
    expect(await client.check(user.userId, ` ${code.slice(0, 3)}-${code.slice(3)}`)).toEqual({
      accepted: true,
      userErrors: [],
    });
    expect(await client.check(user.userId, code)).toMatchObject({
      accepted: false,
      userErrors: [{ code: 'CODE_USED_UP', field: ['input', 'code'] }],
    });
  });

  test('of 50 checks of the right code at once exactly one succeeds', async () => {
    const user = messaging.profile.addUser();
    const code = await sentTo(user);
    const answers = await Promise.all(Array.from({ length: 50 }, () => client.check(user.userId, code)));
    expect(answers.filter(({ accepted }) => accepted)).toHaveLength(1);
  });

  test('a code belongs to its user, its purpose and its client', async () => {
    const [user, neighbour] = [messaging.profile.addUser(), messaging.profile.addUser()];
    const login = await sentTo(user);
    const pay = await sentTo(user, { purpose: 'CONFIRM_PAYMENT' });
    const theirs = await sentTo(neighbour);
    const strangers = [
      await other.check(user.userId, login),
      await client.check(user.userId, pay, 'ANOTHER_PURPOSE'),
      await client.check(newId(), login),
      await client.check('no id', login),
    ];
    expect(strangers.map(({ userErrors }) => client.named(userErrors))).toEqual(
      Array(4).fill(['CODE_NOT_SENT input.code']),
    );
    if (theirs !== login) expect((await client.check(user.userId, theirs)).accepted).toBe(false);
    if (pay !== login) expect((await client.check(user.userId, pay)).accepted).toBe(false);
    expect((await client.check(user.userId, login)).accepted).toBe(true);
    expect((await client.check(user.userId, pay, 'CONFIRM_PAYMENT')).accepted).toBe(true);
  });

  test('another client’s code for the same purpose does not end this one', async () => {
    const user = messaging.profile.addUser();
    const code = await sentTo(user);
    await messaging.endCoolDowns();
    expect((await other.send(user.userId)).userErrors).toEqual([]);
    expect((await client.check(user.userId, code)).accepted).toBe(true);
  });

  test('a new code ends the old one, also when it goes another way', async () => {
    const user = messaging.profile.addUser({ email: 'newer@example.com' });
    const old = await sentTo(user);
    await messaging.endCoolDowns();
    await client.send(user.userId, { channel: 'EMAIL' });
    const { code } = await messaging.arrival('newer@example.com');
    if (old !== code) expect(client.named((await client.check(user.userId, old)).userErrors)[0]).toMatch(/^CODE_WRONG/);
    expect((await client.check(user.userId, code ?? '')).accepted).toBe(true);
  });

  test('a code whose time is over says so, and what cannot be a code costs no try', async () => {
    const user = messaging.profile.addUser();
    const code = await sentTo(user);
    const slips: [string, string][] = [
      ['', 'REQUIRED input.code'],
      ['12345', 'INVALID_FORMAT input.code'],
      ['abcdef', 'INVALID_FORMAT input.code'],
      ['12345\u0000', 'INVALID_FORMAT input.code'],
      ['9'.repeat(100_000), 'INVALID_FORMAT input.code'],
    ];
    for (const [slip, expected] of [...slips, ...slips]) {
      const { accepted, userErrors } = await client.check(user.userId, slip);
      expect([accepted, client.named(userErrors)]).toEqual([null, [expected]]);
    }
    await messaging.database.query('UPDATE challenges SET expires_at = now() WHERE user_id = $1', [user.userId]);
    expect(client.named((await client.check(user.userId, code)).userErrors)).toEqual(['CODE_EXPIRED input.code']);
  });

  test('without messaging:codes nobody sends or checks, and services do neither', async () => {
    const { userId } = messaging.profile.addUser();
    const powerless = openCodeClient(messaging, {
      clientId: 'log-in',
      scopes: ['messaging:send-any', 'messaging:read', 'profile:read'],
    });
    await expect(powerless.send(userId)).rejects.toThrow('UNAUTHORIZED_FIELD_OR_TYPE');
    await expect(powerless.check(userId, '123456')).rejects.toThrow('UNAUTHORIZED_FIELD_OR_TYPE');
    const { errors } = await messaging.askAsService(
      'mutation ($input: CheckOneTimeCodeInput!) { checkOneTimeCode(input: $input) { accepted } }',
      { input: { userId, purpose: 'LOGIN', code: '123456' } },
    );
    expect(errors[0]?.extensions.code).toBe('UNAUTHORIZED_FIELD_OR_TYPE');
  });
});
