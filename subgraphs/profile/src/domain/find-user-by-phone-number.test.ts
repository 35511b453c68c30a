import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { rightCode } from '../testing/fake-sister.ts';
import { createdUser, freshNumber, mutate } from '../testing/flows.ts';
import { allScopes, type Harness, startHarness } from '../testing/harness.ts';

let harness: Harness;
beforeAll(async () => {
  harness = await startHarness();
});
afterAll(() => harness.close());

const document = 'query ($phoneNumber: String!) { userByPhoneNumber(phoneNumber: $phoneNumber) { id phoneNumber } }';
const find = (phoneNumber: string | null, scopes = allScopes) =>
  harness.ask<{ userByPhoneNumber: { id: string } | null }>(document, { phoneNumber }, { scopes });
async function idOf(phoneNumber: string | null): Promise<string | undefined> {
  const answer = await find(phoneNumber);
  if (!answer.data) throw new Error(JSON.stringify(answer.errors));
  return answer.data.userByPhoneNumber?.id;
}

test('a number finds its user in any spelling', async () => {
  const { id, phoneNumber } = await createdUser(harness);
  const digits = phoneNumber?.slice(3) ?? '';
  for (const spelling of [
    phoneNumber ?? '',
    ` +91 ${digits.slice(0, 5)}-${digits.slice(5)} `,
    `+91 (${digits.slice(0, 5)}) ${digits.slice(5)}`,
    `＋91${digits}`,
    `\u202a+91${digits.replace(/\d/g, (digit) => '०१२३४५६७८९'[Number(digit)] ?? '')}\u202c`,
  ]) {
    expect(await idOf(spelling)).toBe(id);
  }
});

test.each(['', ' ', '+', 'nobody', '\u0000', '98765 43210', '+91', '9'.repeat(100_000), "+919876543210' OR 1=1", '💥'])(
  'what is no international number finds nobody: %#',
  async (phoneNumber) => {
    expect(await find(phoneNumber)).toEqual({ data: { userByPhoneNumber: null } });
  },
);

test('a number that nobody holds finds nobody', async () => {
  expect(await idOf(freshNumber())).toBeUndefined();
  const { id, phoneNumber } = await createdUser(harness);
  await harness.ask(`mutation { deleteUser(input: { id: "${id}" }) { deletedUserId } }`);
  expect(await idOf(phoneNumber)).toBeUndefined();
});

test('a number that was taken over finds the new holder, and one that was refused nobody', async () => {
  const { id, phoneNumber } = await createdUser(harness);
  await harness.sql('UPDATE phone_claims SET expires_at = now() WHERE user_id = $1', [id]);
  const taker = await createdUser(harness, { phoneNumber });
  expect(await idOf(phoneNumber)).toBe(taker.id);
  const refused = freshNumber();
  harness.messaging.refusedLate.set(refused, 'PHONE_NUMBER_BLOCKED');
  await createdUser(harness, { phoneNumber: refused });
  expect(await idOf(refused)).toBeUndefined();
});

test('a new number finds its user from the proof on, and the old one until then', async () => {
  const { id, phoneNumber: old } = await createdUser(harness);
  await mutate(harness, 'verifyPhone', { userId: id, code: rightCode });
  const phoneNumber = freshNumber();
  await mutate(harness, 'changePhoneNumber', { userId: id, phoneNumber });
  expect([await idOf(old), await idOf(phoneNumber)]).toEqual([id, undefined]);
  await mutate(harness, 'verifyPhone', { userId: id, code: rightCode });
  expect([await idOf(old), await idOf(phoneNumber)]).toEqual([undefined, id]);
});

test.each([['profile:read'], ['profile:phone'], ['profile:write']])('%s alone is not enough', async (scope) => {
  const { phoneNumber } = await createdUser(harness);
  const answer = await find(phoneNumber, [scope]);
  expect(answer.data).toEqual({ userByPhoneNumber: null });
  expect(answer.errors?.[0]?.extensions.code).toBe('UNAUTHORIZED_FIELD_OR_TYPE');
});
