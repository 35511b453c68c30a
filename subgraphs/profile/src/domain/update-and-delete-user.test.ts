import { afterAll, beforeAll, beforeEach, expect, test } from '@jest/globals';
import { rightCode } from '../testing/fake-sister.ts';
import {
  createdUser,
  faultsOf,
  freshInput,
  freshNumber,
  mutate,
  readUser,
  type UserAnswer,
  untilWordsAreForgotten,
} from '../testing/flows.ts';
import { type Harness, startHarness } from '../testing/harness.ts';

let harness: Harness;
beforeAll(async () => {
  harness = await startHarness();
});
afterAll(() => harness.close());
beforeEach(() => {
  harness.messaging.mood = 'well';
  harness.image.mood = 'well';
});

const unknownId = '0193c9a0-7b6e-7c52-9f0a-5d4f7f3a2b10';
const update = (input: object) => mutate(harness, 'updateUser', input);

async function remove(input: object) {
  const document = `mutation ($input: DeleteUserInput!) {
    payload: deleteUser(input: $input) { deletedUserId user { id name version } userErrors { code field message } }
  }`;
  const answer = await harness.ask<{
    payload: {
      deletedUserId: string | null;
      user: Pick<UserAnswer, 'id' | 'name' | 'version'> | null;
      userErrors: { code: string; field: string[]; message: string }[];
    };
  }>(document, { input });
  if (!answer.data) throw new Error(JSON.stringify(answer.errors));
  return answer.data.payload;
}

test('an absent field stays, null clears, a value is set', async () => {
  const user = await createdUser(harness, { location: 'Pune', email: 'asha@example.com', locale: 'hi' });
  const { user: changed } = await update({ id: user.id, name: 'Asha', location: null, locale: 'en-gb' });
  expect(changed).toEqual({
    ...user,
    name: 'Asha',
    location: null,
    locale: 'en-GB',
    version: 2,
    updatedAt: changed?.updatedAt,
  });
  expect(Date.parse(changed?.updatedAt ?? '')).toBeGreaterThan(Date.parse(user.updatedAt));
  expect(await readUser(harness, user.id)).toEqual(changed);
});

test('an input without any field changes nothing', async () => {
  const user = await createdUser(harness);
  expect(await update({ id: user.id })).toEqual({ user, userErrors: [] });
  expect(await update({ id: user.id, expectedVersion: 1 })).toEqual({ user, userErrors: [] });
  expect(faultsOf(await update({ id: user.id, expectedVersion: 7 }))).toEqual(['expectedVersion VERSION_CONFLICT']);
});

test('of many updates that expect one version one wins, and the others are shown the current user', async () => {
  const { id } = await createdUser(harness);
  const payloads = await Promise.all(
    Array.from({ length: 10 }, (_, index) => update({ id, expectedVersion: 1, name: `Name ${index}` })),
  );
  expect(payloads.filter(({ userErrors }) => userErrors.length === 0)).toHaveLength(1);
  expect(payloads.flatMap(faultsOf)).toEqual(Array(9).fill('expectedVersion VERSION_CONFLICT'));
  const current = await readUser(harness, id);
  for (const { user } of payloads) expect(user).toEqual(current);
});

test.each([
  [{ name: null }, 'name REQUIRED'],
  [{ country: null }, 'country REQUIRED'],
  [{ name: '' }, 'name REQUIRED'],
  [{ location: 'x'.repeat(101) }, 'location TOO_LONG'],
  [{ email: 'x' }, 'email EMAIL_INVALID'],
  [{ country: 'XX' }, 'country COUNTRY_UNKNOWN'],
  [{ locale: 'a\u0000' }, 'locale LOCALE_INVALID'],
])('%j is refused and changes nothing', async (input, fault) => {
  const user = await createdUser(harness);
  expect(faultsOf(await update({ id: user.id, ...input }))).toEqual([fault]);
  expect(await readUser(harness, user.id)).toEqual(user);
});

test.each([unknownId, 'nobody', '', '\u0000'])('user %j is not found', async (id) => {
  expect(faultsOf(await update({ id, name: 'Asha' }))).toEqual(['id NOT_FOUND']);
  expect(faultsOf(await update({ id }))).toEqual(['id NOT_FOUND']);
  expect(faultsOf(await remove({ id }))).toEqual(['id NOT_FOUND']);
});

test('a deleted user is gone at once, and soon nothing of them stays but that they were here', async () => {
  const input = freshInput({ name: 'Zarathustra', email: 'zarathustra@example.com', idempotencyKey: 'zarathustra' });
  const { id } = await createdUser(harness, input);
  expect(await remove({ id: id.toUpperCase() })).toEqual({ deletedUserId: id, user: null, userErrors: [] });
  expect(await readUser(harness, id)).toBeNull();
  await untilWordsAreForgotten(harness);
  const tables = await harness.sql<{ name: string }>(
    "SELECT tablename AS name FROM pg_tables WHERE schemaname = 'public'",
  );
  for (const { name } of tables) {
    const rows = await harness.sql(`SELECT t::text FROM "${name}" AS t`);
    expect(JSON.stringify(rows)).not.toMatch(/zarathustra/i);
    expect(JSON.stringify(rows)).not.toContain(input.phoneNumber);
  }
  expect(await harness.sql('SELECT id, version FROM deleted_users WHERE id = $1', [id])).toEqual([{ id, version: 2 }]);
  expect(faultsOf(await remove({ id }))).toEqual(['id NOT_FOUND']);
});

test('the number of a deleted user is free, verified or not', async () => {
  const phoneNumber = freshNumber();
  const first = await createdUser(harness, { phoneNumber });
  await mutate(harness, 'verifyPhone', { userId: first.id, code: rightCode });
  await remove({ id: first.id });
  await createdUser(harness, { phoneNumber });
});

test('both sisters are told of a deletion by one event', async () => {
  const { id } = await createdUser(harness);
  await remove({ id });
  const [atImage, atMessaging] = await Promise.all([
    harness.image.eventOf('user.deleted', id),
    harness.messaging.eventOf('user.deleted', id),
  ]);
  expect(atImage).toEqual(atMessaging);
  expect(atImage).toMatchObject({ source: '/profile', subject: id, data: { version: 2 } });
});

test('the idempotency key of a deleted user makes no second one', async () => {
  const input = freshInput({ idempotencyKey: 'once' });
  const { id } = await createdUser(harness, input);
  await remove({ id });
  expect(faultsOf(await mutate(harness, 'createUser', input))).toEqual(['idempotencyKey NOT_FOUND']);
});

test('a deletion that expects another version deletes nobody', async () => {
  const user = await createdUser(harness, { idempotencyKey: 'kept' });
  const payload = await remove({ id: user.id, expectedVersion: 2 });
  expect(faultsOf(payload)).toEqual(['expectedVersion VERSION_CONFLICT']);
  expect(payload).toMatchObject({ deletedUserId: null, user: { id: user.id, name: user.name, version: 1 } });
  expect(await readUser(harness, user.id)).toEqual(user);
  expect(await harness.sql('SELECT payload_hash FROM idempotency_keys WHERE user_id = $1', [user.id])).not.toEqual([
    { payload_hash: null },
  ]);
});

test('deletions, takeovers and repeats of keys at once leave neither deadlock nor half user', async () => {
  const phoneNumbers = Array.from({ length: 6 }, freshNumber);
  const users = await Promise.all(phoneNumbers.map((phoneNumber) => createdUser(harness, { phoneNumber })));
  await harness.sql('UPDATE phone_claims SET expires_at = now()');
  await Promise.all([
    ...users.map(({ id }) => remove({ id })),
    ...phoneNumbers.map((phoneNumber) => mutate(harness, 'createUser', freshInput({ phoneNumber }))),
    ...phoneNumbers.map((phoneNumber) => mutate(harness, 'createUser', freshInput({ phoneNumber }))),
  ]);
  const orphans = await harness.sql(
    `SELECT phone_number FROM phone_claims WHERE NOT EXISTS (
       SELECT FROM users WHERE users.id = user_id AND users.phone_number = phone_claims.phone_number
     )`,
  );
  expect(orphans).toEqual([]);
  const unclaimed = await harness.sql(
    `SELECT id FROM users WHERE phone_status <> 'FAILED' AND NOT EXISTS (
       SELECT FROM phone_claims WHERE user_id = users.id AND phone_claims.phone_number = users.phone_number
     )`,
  );
  expect(unclaimed).toEqual([]);
});
