import { newId } from '@atrium/service-kit';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from '@jest/globals';
import type { Contact } from './domain/user.ts';
import { type CodeClient, openCodeClient } from './testing/code-client.ts';
import { checkPhones, startPhones } from './testing/phone-codes.ts';
import { type RunningMessaging, startRunningMessaging } from './testing/running-messaging.ts';

let messaging: RunningMessaging;
let client: CodeClient;
let other: CodeClient;

beforeAll(async () => {
  // Two, so that nothing holds only because one process does one thing after the other.
  messaging = await startRunningMessaging({}, undefined, 2);
  client = openCodeClient(messaging, { clientId: 'log-in', scopes: ['messaging:codes', 'profile:read'] });
  other = openCodeClient(messaging, { clientId: 'another', scopes: ['messaging:codes', 'profile:read'] });
});
afterAll(() => messaging.close());
beforeEach(() => messaging.endCoolDowns());

const numberOf = ({ phoneNumber }: Contact): string => phoneNumber ?? '';
/** So many codes of which none is the right one. */
const wrongCodes = (right: string, count: number): string[] =>
  Array.from({ length: count }, (_, index) => String((Number(right) + 1 + index) % 1_000_000).padStart(6, '0'));

/** Sends by whatever means, and answers the code that arrives. */
async function sentBy(phoneNumber: string, send: () => Promise<unknown>): Promise<string> {
  await messaging.endCoolDowns();
  const before = (await messaging.inbox(phoneNumber)).length;
  await send();
  return (await messaging.arrival(phoneNumber, before + 1)).code ?? '';
}

/** How many guesses count against the numbers that this user's codes went to. */
async function countedAgainst(userId: string): Promise<number> {
  const [row] = await messaging.database.query<{ count: number }>(
    `SELECT sum(cardinality(guesses))::int AS count FROM recipient_limits
     WHERE recipient_hash IN (SELECT recipient_hash FROM challenges WHERE user_id = $1)`,
    [userId],
  );
  return row?.count ?? 0;
}

/** The two ways to guess at a code. */
const ways = [
  {
    way: 'checkOneTimeCode',
    send: async ({ userId }: Contact) => client.send(userId),
    guess: async ({ userId }: Contact, code: string) => {
      const { accepted, userErrors } = await client.check(userId, code);
      return accepted ? 'ACCEPTED' : userErrors[0]?.code;
    },
  },
  {
    way: 'checkPhoneVerification',
    send: async (user: Contact) => startPhones(messaging, user),
    guess: async (user: Contact, code: string) => {
      const [outcome] = await checkPhones(messaging, { ...user, code });
      return outcome?.accepted ? 'ACCEPTED' : outcome?.rejection;
    },
  },
];

describe.each(ways)('200 guesses at once at one code by $way', ({ send, guess }) => {
  test('at most 5 are compared, and then the right one is refused', async () => {
    const user = messaging.profile.addUser();
    const code = await sentBy(numberOf(user), () => send(user));
    const outcomes = await Promise.all(wrongCodes(code, 200).map((wrong) => guess(user, wrong)));
    expect(outcomes.filter((outcome) => outcome === 'CODE_WRONG')).toHaveLength(5);
    expect(outcomes.filter((outcome) => outcome === 'CODE_USED_UP')).toHaveLength(195);
    expect(await guess(user, code)).toBe('CODE_USED_UP');
    expect(await countedAgainst(user.userId)).toBe(5);
  });

  test.each([0, 3, 199])('with the right one among them, in place %i, there is at most one success', async (place) => {
    const user = messaging.profile.addUser();
    const code = await sentBy(numberOf(user), () => send(user));
    const outcomes = await Promise.all(
      wrongCodes(code, 199)
        .toSpliced(place, 0, code)
        .map((each) => guess(user, each)),
    );
    const compared = outcomes.filter((outcome) => outcome === 'CODE_WRONG' || outcome === 'ACCEPTED');
    expect(compared.length).toBeLessThanOrEqual(5);
    expect(compared.filter((outcome) => outcome === 'ACCEPTED').length).toBeLessThanOrEqual(1);
    expect(await countedAgainst(user.userId)).toBe(compared.length);
  });
});

describe('the guesses of a day', () => {
  /** Guesses wrongly so often at codes of the user's own. */
  async function spend(user: Contact, guesses: number): Promise<void> {
    for (let left = guesses; left > 0; left -= 5) {
      const code = await sentBy(numberOf(user), () => client.send(user.userId));
      for (const wrong of wrongCodes(code, Math.min(5, left))) await client.check(user.userId, wrong);
    }
  }

  test('a new code, another purpose, another client, another user and a proof do not reset them', async () => {
    const user = messaging.profile.addUser();
    const number = numberOf(user);
    const heir = messaging.profile.addUser({ phoneNumber: number });
    await spend(user, 20);
    const login = await sentBy(number, () => client.send(user.userId));
    const pay = await sentBy(number, () => client.send(user.userId, { purpose: 'PAY' }));
    const elsewhere = await sentBy(number, () => other.send(user.userId));
    const theirs = await sentBy(number, () => client.send(heir.userId));
    const proof = await sentBy(number, () => startPhones(messaging, heir));
    const answers = [
      await client.check(user.userId, login),
      await client.check(user.userId, pay, 'PAY'),
      await other.check(user.userId, elsewhere),
      await client.check(heir.userId, theirs),
    ];
    for (const { accepted, userErrors } of answers) {
      expect([accepted, client.named(userErrors)]).toEqual([false, ['BUDGET_EXCEEDED input.code']]);
    }
    expect(await checkPhones(messaging, { ...heir, code: proof })).toMatchObject([{ rejection: 'BUDGET_EXCEEDED' }]);
    expect(await countedAgainst(user.userId)).toBe(20);
  });

  test('the right guess counts like any other, and its repetition does not', async () => {
    const user = messaging.profile.addUser();
    await spend(user, 19);
    const proof = await sentBy(numberOf(user), () => startPhones(messaging, user));
    const login = await sentBy(numberOf(user), () => client.send(user.userId));
    const [first] = await checkPhones(messaging, { ...user, code: proof });
    expect(first).toMatchObject({ accepted: true });
    expect(await checkPhones(messaging, { ...user, code: proof })).toEqual([first]);
    expect(client.named((await client.check(user.userId, login)).userErrors)).toEqual(['BUDGET_EXCEEDED input.code']);
  });

  test('a guess is forgotten a day after it was made', async () => {
    const user = messaging.profile.addUser();
    await spend(user, 20);
    const code = await sentBy(numberOf(user), () => client.send(user.userId));
    const age = (interval: string) =>
      messaging.database.query(
        `UPDATE recipient_limits SET guesses = ARRAY(SELECT g - $2::interval FROM unnest(guesses) AS g)
         WHERE recipient_hash IN (SELECT recipient_hash FROM challenges WHERE user_id = $1)`,
        [user.userId, interval],
      );
    await age('23 hours 59 minutes');
    expect(client.named((await client.check(user.userId, code)).userErrors)).toEqual(['BUDGET_EXCEEDED input.code']);
    await age('1 minute');
    expect((await client.check(user.userId, code)).accepted).toBe(true);
    expect(await countedAgainst(user.userId)).toBe(1);
  });

  test('200 guesses at once at ten users’ codes to one number are 20 guesses', async () => {
    const [first, ...others] = Array.from({ length: 10 }, (_, index) =>
      messaging.profile.addUser(index === 0 ? {} : { phoneNumber: '+919811111111' }),
    );
    const users = [...others, { ...(first as Contact), phoneNumber: '+919811111111' }];
    messaging.profile.addUser(users.at(-1));
    const codes: string[] = [];
    for (const { userId } of users) codes.push(await sentBy('+919811111111', () => client.send(userId)));
    // Every other request goes to the other instance: neither meets the codes that the other one judges.
    const guesses = Array.from({ length: 200 }, (_, index) => {
      const place = (index % 2) * 5 + (Math.floor(index / 2) % 5);
      return { userId: users[place]?.userId ?? '', code: wrongCodes(codes[place] ?? '', 200)[index] ?? '' };
    });
    const answers = await Promise.all(
      guesses.map(async ({ userId, code }) => (await client.check(userId, code)).userErrors[0]?.code),
    );
    expect(answers.filter((code) => code === 'CODE_WRONG')).toHaveLength(20);
    expect(answers.every((code) => ['CODE_WRONG', 'CODE_USED_UP', 'BUDGET_EXCEEDED'].includes(code ?? ''))).toBe(true);
  });
});

describe('the cool-down', () => {
  test('a new user with the same number waits, and the same request is served when it is over', async () => {
    const [first, second] = [messaging.profile.addUser(), messaging.profile.addUser()];
    const heir = { ...second, phoneNumber: first.phoneNumber, requestId: newId() };
    expect(await startPhones(messaging, first)).toMatchObject([{ rejection: null, retryAfterMs: null }]);
    const waits = { codeSentAt: null, codeExpiresAt: null, rejection: 'COOL_DOWN' };
    const refused = await startPhones(messaging, heir, { ...heir, requestId: newId() });
    expect(refused).toMatchObject([waits, waits]);
    for (const { retryAfterMs } of refused) expect(Math.ceil((retryAfterMs ?? 0) / 30_000)).toBe(2);
    await messaging.endCoolDowns();
    expect(await startPhones(messaging, heir)).toMatchObject([{ rejection: null }]);
  });

  test('within one batch a number is sent one code', async () => {
    const number = numberOf(messaging.profile.addUser());
    const users = Array.from({ length: 5 }, () => ({ ...messaging.profile.addUser(), phoneNumber: number }));
    const outcomes = await startPhones(messaging, ...users);
    expect(outcomes.map(({ rejection }) => rejection)).toEqual([null, ...Array(4).fill('COOL_DOWN')]);
  });

  test('nobody is sent two codes for one number by one batch, even where there is none', async () => {
    await messaging.restart({ CODE_COOL_DOWN_MS: '0' });
    const user = messaging.profile.addUser();
    const outcomes = await startPhones(messaging, user, user);
    expect(outcomes.map(({ rejection }) => rejection)).toEqual([null, 'COOL_DOWN']);
    expect(await startPhones(messaging, user)).toMatchObject([{ rejection: null }]);
    await messaging.restart();
  });

  test('it is the number’s, whatever the code is for, and tells how long to wait by the database’s clock', async () => {
    const user = messaging.profile.addUser();
    await startPhones(messaging, user);
    for (const [passed, left] of [
      ['0 seconds', /in (60|59) seconds\.$/],
      ['30 seconds', /in (30|29) seconds\.$/],
      ['29 seconds', /in 1 second\.$/],
    ] as const) {
      await messaging.database.query(
        `UPDATE recipient_limits SET code_sent_at = code_sent_at - $2::interval
         WHERE recipient_hash IN (SELECT recipient_hash FROM challenges WHERE user_id = $1)`,
        [user.userId, passed],
      );
      if (passed === '29 seconds') continue;
      const { userErrors } = await other.send(user.userId, { purpose: 'PAY' });
      expect(client.named(userErrors)).toEqual(['COOL_DOWN input.userId']);
      expect(userErrors[0]?.message).toMatch(left);
    }
  });

  test('of 50 requests at once by ten clients one is sent', async () => {
    const user = messaging.profile.addUser();
    const clients = Array.from({ length: 10 }, (_, index) =>
      openCodeClient(messaging, { clientId: `client-${index}`, scopes: ['messaging:codes', 'profile:read'] }),
    );
    const answers = await Promise.all(
      clients.flatMap((each) => Array.from({ length: 5 }, () => each.send(user.userId))),
    );
    expect(answers.filter(({ userErrors }) => userErrors.length === 0)).toHaveLength(1);
    expect(answers.flatMap(({ userErrors }) => userErrors.map(({ code }) => code))).toEqual(
      Array(49).fill('COOL_DOWN'),
    );
  });

  test('a code that is not sent ends none that was', async () => {
    const user = messaging.profile.addUser();
    const code = await sentBy(numberOf(user), () => client.send(user.userId));
    expect(client.named((await client.send(user.userId)).userErrors)).toEqual(['COOL_DOWN input.userId']);
    expect((await client.check(user.userId, code)).accepted).toBe(true);
  });
});

test('a test number has its one code, and neither cool-down nor budget', async () => {
  const user = messaging.profile.addUser({ phoneNumber: '+447700900321' });
  for (let round = 0; round < 5; round++) {
    expect((await client.send(user.userId)).userErrors).toEqual([]);
    for (const wrong of wrongCodes('000000', 5)) await client.check(user.userId, wrong);
    expect(client.named((await client.check(user.userId, '000000')).userErrors)).toEqual(['CODE_USED_UP input.code']);
    expect(await startPhones(messaging, user)).toMatchObject([{ rejection: null }]);
  }
  expect(await checkPhones(messaging, { ...user, code: '000000' })).toMatchObject([{ accepted: true }]);
  expect((await client.send(user.userId)).userErrors).toEqual([]);
  expect((await client.check(user.userId, '000000')).accepted).toBe(true);
});
