import { expect, test } from '@jest/globals';
import type { User, UserError } from '../support/atrium.ts';
import { openAtrium } from '../support/atrium.ts';
import { dataOf } from '../support/graphql-client.ts';
import { codeTo, messagesTo, messageTo } from '../support/inbox.ts';
import { operation } from '../support/operations.ts';
import { newPerson, newPhoneNumber } from '../support/phone-numbers.ts';
import { sharedSystem } from '../support/test-system.ts';

const system = await sharedSystem();
const atrium = openAtrium(system);

interface Payload {
  user: (User & { pendingPhoneChange?: { phoneNumber: string; codeSentAt: string | null } | null }) | null;
  userErrors: UserError[];
}
async function mutate(name: string, field: string, input: object): Promise<Payload> {
  return dataOf(await atrium.query<Record<string, Payload>>(operation(name), { input }))[field] as Payload;
}
const change = (userId: string, phoneNumber: string) =>
  mutate('change-phone-number', 'changePhoneNumber', { userId, phoneNumber });
const resend = (userId: string) => mutate('resend-phone-verification', 'resendPhoneVerification', { userId });
async function idByNumber(phoneNumber: string | null): Promise<string | undefined> {
  const answer = await atrium.query<{ userByPhoneNumber: User | null }>(operation('user-by-phone-number'), {
    phoneNumber,
  });
  return dataOf(answer).userByPhoneNumber?.id;
}

test('a person moves to a new number with the code that arrives there, and is found by it from then on', async () => {
  const { id, phoneNumber: old } = await atrium.newUser(newPerson('Asha Rao'));
  await atrium.verifyPhone({ userId: id, code: await codeTo(system, old ?? '') });
  await messageTo(system, old ?? '', 'WELCOME');

  const phoneNumber = newPhoneNumber();
  const { user, userErrors } = await change(
    id,
    `${phoneNumber.slice(0, 3)} ${phoneNumber.slice(3, 8)}-${phoneNumber.slice(8)}`,
  );
  expect(userErrors).toEqual([]);
  expect(user).toMatchObject({ phoneNumber: old, pendingPhoneChange: { phoneNumber, codeSentAt: expect.any(String) } });
  expect([await idByNumber(old), await idByNumber(phoneNumber)]).toEqual([id, undefined]);

  const code = await codeTo(system, phoneNumber);
  const verified = await atrium.verifyPhone({ userId: id, code });
  expect(verified.userErrors).toEqual([]);
  expect(await atrium.user(id)).toMatchObject({ phoneNumber, phoneVerification: { status: 'VERIFIED' } });
  expect([await idByNumber(old), await idByNumber(phoneNumber)]).toEqual([undefined, id]);
  expect((await atrium.verifyPhone({ userId: id, code })).userErrors).toEqual([]);

  // The old number is free, and its code proves nothing for the new one.
  const next = await atrium.newUser({ ...newPerson('Ravi'), phoneNumber: old ?? '' });
  expect(await idByNumber(old)).toBe(next.id);
  expect((await messagesTo(system, phoneNumber)).map((message) => message.operation)).toEqual(['PHONE_VERIFICATION']);
});

test('a further code may be asked for when the last one is some time old, and not by who is verified', async () => {
  const { id, phoneNumber } = await atrium.newUser(newPerson());
  const early = await resend(id);
  expect(early).toMatchObject({ user: null, userErrors: [{ code: 'COOL_DOWN', field: ['input', 'userId'] }] });
  expect(early.userErrors[0]?.message).toMatch(/after \d{4}-\d\d-\d\dT[\d:.]+Z/);
  await atrium.verifyPhone({ userId: id, code: await codeTo(system, phoneNumber ?? '') });
  expect((await resend(id)).userErrors).toMatchObject([{ code: 'NOT_ALLOWED' }]);
});

test('of ten people who change to one number at once, one waits for its code', async () => {
  const people = await Promise.all(Array.from({ length: 10 }, () => atrium.newUser(newPerson())));
  const phoneNumber = newPhoneNumber();
  const payloads = await Promise.all(people.map(({ id }) => change(id, phoneNumber)));
  expect(payloads.filter(({ user }) => user !== null)).toHaveLength(1);
  expect(payloads.flatMap(({ userErrors }) => userErrors.map(({ code }) => code))).toEqual(
    Array(9).fill('PHONE_NUMBER_TAKEN'),
  );
});
