import { describe, expect, test } from '@jest/globals';
import { openAtrium, type User, type UserError } from '../support/atrium.ts';
import { dataOf } from '../support/graphql-client.ts';
import { codeTo, messagesTo, otherCode } from '../support/inbox.ts';
import { operation } from '../support/operations.ts';
import { newPerson } from '../support/phone-numbers.ts';
import { sharedSystem } from '../support/test-system.ts';
import { scale } from '../support/tier.ts';
import { waitFor } from '../support/wait-for.ts';

// The tests' systems let codes to one number follow each other at once; the cool-down has tests of Messaging's own.
const system = await sharedSystem();
const atrium = openAtrium(system);
const guesses = scale('guesses at one code at once', { small: 60, full: 200 });
const floods = scale('floods by each way', { small: 2, full: 10 });

async function mutate<Payload>(name: string, field: string, input: object): Promise<Payload> {
  return dataOf(await atrium.query<Record<string, Payload>>(operation(name), { input }))[field] as Payload;
}

interface Checked {
  accepted: boolean | null;
  userErrors: UserError[];
}

const sendLogin = (userId: string) =>
  mutate<{ codeSentAt: string | null; userErrors: UserError[] }>('send-one-time-code', 'sendOneTimeCode', {
    userId,
    purpose: 'LOGIN',
  });

async function guessLogin(userId: string, code: string): Promise<string | undefined> {
  const input = { userId, purpose: 'LOGIN', code };
  const { accepted, userErrors } = await mutate<Checked>('check-one-time-code', 'checkOneTimeCode', input);
  return accepted ? 'ACCEPTED' : userErrors[0]?.code;
}

async function guessProof(userId: string, code: string): Promise<string | undefined> {
  const { user, userErrors } = await atrium.verifyPhone({ userId, code });
  return user ? 'ACCEPTED' : userErrors[0]?.code;
}

/** The code that something sends to a number. */
async function codeOf(phoneNumber: string | null, sending: () => Promise<unknown>): Promise<string> {
  const before = (await messagesTo(system, phoneNumber ?? '')).length;
  await sending();
  const arrived = await waitFor('a code', async () => {
    const messages = await messagesTo(system, phoneNumber ?? '');
    return messages.length > before ? messages[0] : undefined;
  });
  return arrived.code ?? '';
}

/** A user whose first code has arrived. */
async function newUser(person = newPerson()): Promise<User> {
  const user = await atrium.newUser(person);
  await codeTo(system, person.phoneNumber);
  return user;
}

function wrongCodes(right: string, count: number): string[] {
  const codes = [otherCode(right)];
  while (codes.length < count) codes.push(otherCode(codes.at(-1) ?? ''));
  return codes;
}

const ways: {
  way: string;
  begin: () => Promise<{ user: User; code: string }>;
  guess: (userId: string, code: string) => Promise<string | undefined>;
}[] = [
  {
    way: 'checkOneTimeCode',
    async begin() {
      const user = await newUser();
      return { user, code: await codeOf(user.phoneNumber, () => sendLogin(user.id)) };
    },
    guess: guessLogin,
  },
  {
    way: 'verifyPhone',
    async begin() {
      const person = newPerson();
      let user: User | undefined;
      const code = await codeOf(person.phoneNumber, async () => {
        user = await atrium.newUser(person);
      });
      return { user: user as User, code };
    },
    guess: guessProof,
  },
];

describe.each(ways)('a flood of guesses by $way', ({ begin, guess }) => {
  test('five are compared, the right one among them or not, and then the right one is refused', async () => {
    for (let flood = 0; flood < floods; flood++) {
      const { user, code } = await begin();
      const others = wrongCodes(code, guesses);
      // In every other flood the right one is at a place that changes.
      const flooding = flood % 2 === 0 ? others : others.toSpliced((flood * 37) % guesses, 1, code);
      const outcomes = await Promise.all(flooding.map((each) => guess(user.id, each)));
      const compared = outcomes.filter((outcome) => outcome === 'CODE_WRONG' || outcome === 'ACCEPTED');
      expect(compared.length).toBeLessThanOrEqual(5);
      expect(compared.filter((outcome) => outcome === 'ACCEPTED').length).toBeLessThanOrEqual(1);
      if (compared.includes('ACCEPTED')) continue;
      expect(compared).toHaveLength(5);
      expect(await guess(user.id, code)).toBe('CODE_USED_UP');
    }
  });
});

test('a day’s guesses belong to the number: neither a new code nor a new user has new ones', async () => {
  const person = newPerson();
  const user = await newUser(person);
  for (let round = 0; round < 4; round++) {
    const code = await codeOf(person.phoneNumber, () => sendLogin(user.id));
    for (const wrong of wrongCodes(code, 5)) expect(await guessLogin(user.id, wrong)).toBe('CODE_WRONG');
  }
  const code = await codeOf(person.phoneNumber, () => sendLogin(user.id));
  expect(await guessLogin(user.id, code)).toBe('BUDGET_EXCEEDED');

  await atrium.deleteUser({ id: user.id });
  await waitFor('the inbox forgets them', async () => (await messagesTo(system, person.phoneNumber)).length === 0);
  let heir: User | undefined;
  const proof = await codeOf(person.phoneNumber, async () => {
    heir = await atrium.newUser(person);
  });
  const { user: verified, userErrors } = await atrium.verifyPhone({ userId: heir?.id ?? '', code: proof });
  expect([verified, userErrors]).toMatchObject([null, [{ code: 'BUDGET_EXCEEDED', field: ['input', 'code'] }]]);
  expect(userErrors[0]?.message).toBe('Too many codes were tried for this number. Try again tomorrow.');
});

test('a log-in code serves once', async () => {
  const user = await newUser();
  const code = await codeOf(user.phoneNumber, () => sendLogin(user.id));
  const outcomes = await Promise.all(Array.from({ length: 20 }, () => guessLogin(user.id, code)));
  expect(outcomes.filter((outcome) => outcome === 'ACCEPTED')).toHaveLength(1);
  expect(outcomes.filter((outcome) => outcome === 'CODE_USED_UP')).toHaveLength(19);
});
