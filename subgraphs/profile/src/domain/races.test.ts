import { afterAll, beforeAll, beforeEach, expect, test } from '@jest/globals';
import pg from 'pg';
import type { Profile } from '../service.ts';
import { createdUser, faultsOf, freshInput, freshNumber, mutate, type Payload, readUser } from '../testing/flows.ts';
import { type Harness, startHarness } from '../testing/harness.ts';

// Two Profiles on one database: what holds within a process by its order of work must hold between them too.
let harness: Harness;
let other: Profile;
beforeAll(async () => {
  harness = await startHarness();
  other = await harness.startAnother();
});
afterAll(() => harness.close());
beforeEach(() => {
  harness.messaging.loseStartAnswers = false;
  harness.messaging.calls.length = 0;
});

const onBoth = <T>(count: number, send: (options: { profile: Profile }, index: number) => Promise<T>) =>
  Promise.all(
    Array.from({ length: count }, (_, index) => send({ profile: index % 2 ? other : harness.profile }, index)),
  );
const startsOf = (userId: string | undefined) =>
  harness.messaging.calls
    .filter(({ operation }) => operation === 'startPhoneVerifications')
    .flatMap(({ inputs }) => inputs)
    .filter((input) => input.userId === userId);
const codesSentTo = (userId: string | undefined) => new Set(startsOf(userId).map(({ requestId }) => requestId)).size;
const countUsers = async (phoneNumber: string) =>
  (await harness.sql('SELECT 1 FROM users WHERE phone_number = $1', [phoneNumber])).length;

test('200 concurrent creates with one number make one user and send one code', async () => {
  const phoneNumber = freshNumber();
  const payloads = await onBoth(200, (options) => mutate(harness, 'createUser', freshInput({ phoneNumber }), options));
  const [winner, ...rest] = payloads.flatMap(({ user }) => user ?? []);
  expect(rest).toEqual([]);
  expect(payloads.flatMap(faultsOf)).toEqual(Array(199).fill('phoneNumber PHONE_NUMBER_TAKEN'));
  expect(await countUsers(phoneNumber)).toBe(1);
  expect(codesSentTo(winner?.id)).toBe(1);
}, 30_000);

test('of 100 updates that expect one version one wins, and the others are shown the user that it made', async () => {
  const { id } = await createdUser(harness);
  const payloads = await onBoth(100, (options, index) =>
    mutate(harness, 'updateUser', { id, expectedVersion: 1, name: `Name ${index}` }, options),
  );
  expect(payloads.filter(({ userErrors }) => userErrors.length === 0)).toHaveLength(1);
  expect(payloads.flatMap(faultsOf)).toEqual(Array(99).fill('expectedVersion VERSION_CONFLICT'));
  const current = await readUser(harness, id);
  expect(current?.version).toBe(2);
  for (const { user } of payloads) expect(user).toEqual(current);
}, 30_000);

test('100 updates that expect nothing all apply, each with a version of its own', async () => {
  const { id } = await createdUser(harness);
  const payloads = await onBoth(100, (options, index) =>
    mutate(harness, 'updateUser', { id, name: `Name ${index}` }, options),
  );
  const versions = payloads.map(({ user }) => user?.version ?? 0).sort((a, b) => a - b);
  expect(versions).toEqual(Array.from({ length: 100 }, (_, index) => index + 2));
  for (const [index, { user }] of payloads.entries()) expect(user?.name).toBe(`Name ${index}`);
  const last = payloads.find(({ user }) => user?.version === 101);
  expect(await readUser(harness, id)).toEqual(last?.user);
}, 30_000);

test('of a deletion and an update that expect one version one wins, in either order', async () => {
  const users = await Promise.all(Array.from({ length: 20 }, () => createdUser(harness)));
  const remove = `mutation ($input: DeleteUserInput!) {
    payload: deleteUser(input: $input) { deletedUserId user { name version } userErrors { code field } }
  }`;
  await Promise.all(
    users.map(async ({ id }) => {
      const [updated, deleted] = await Promise.all([
        mutate(harness, 'updateUser', { id, expectedVersion: 1, name: 'Changed' }),
        harness.ask<{ payload: object }>(remove, { input: { id, expectedVersion: 1 } }, { profile: other }),
      ]);
      const changed = updated.userErrors.length === 0;
      expect(deleted.data?.payload).toMatchObject(
        changed
          ? { deletedUserId: null, user: { name: 'Changed', version: 2 }, userErrors: [{ code: 'VERSION_CONFLICT' }] }
          : { deletedUserId: id, user: null, userErrors: [] },
      );
      if (!changed) expect(faultsOf(updated)).toEqual(['id NOT_FOUND']);
    }),
  );
}, 30_000);

test('one idempotency key 50 times at once has one effect and one answer', async () => {
  const input = freshInput({ idempotencyKey: 'fifty' });
  const payloads = await onBoth(50, (options) => mutate(harness, 'createUser', input, options));
  const [first] = payloads;
  expect(first?.user?.phoneVerification.status).toBe('CODE_SENT');
  for (const payload of payloads) expect(payload).toEqual(first);
  expect(await countUsers(input.phoneNumber)).toBe(1);
  expect(codesSentTo(first?.user?.id)).toBe(1);
}, 30_000);

test('a repeat that meets the end of the first call hears what became of it', async () => {
  harness.messaging.loseStartAnswers = true;
  const input = freshInput({ idempotencyKey: 'met' });
  const { user } = await mutate(harness, 'createUser', input);
  expect(user?.phoneVerification.status).toBe('PENDING');
  harness.messaging.loseStartAnswers = false;
  const first = new pg.Client({ connectionString: harness.databaseUrl });
  await first.connect();
  try {
    await first.query('BEGIN');
    await first.query('LOCK TABLE outbox');
    const repeat = mutate(harness, 'createUser', input, { profile: other });
    // The repeat has read the user and looks for the record now.
    const looks = `SELECT 1 FROM pg_stat_activity
      WHERE wait_event_type = 'Lock' AND query LIKE '%FROM outbox%' AND query LIKE '%user_id = $1%'`;
    while ((await harness.sql(looks)).length === 0) await new Promise(setImmediate);
    await first.query("UPDATE users SET phone_status = 'CODE_SENT' WHERE id = $1", [user?.id]);
    await first.query('DELETE FROM outbox WHERE user_id = $1', [user?.id]);
    await first.query('COMMIT');
    expect((await repeat).user?.phoneVerification.status).toBe('CODE_SENT');
  } finally {
    await first.end();
  }
}, 30_000);

test('one idempotency key 50 times at once with inputs of two kinds serves one of them; the other is a conflict', async () => {
  const inputs = [freshInput({ idempotencyKey: 'two-kinds' }), freshInput({ idempotencyKey: 'two-kinds' })];
  const payloads = await onBoth(50, (options, index) =>
    // Each kind comes to each Profile.
    mutate(harness, 'createUser', inputs[index % 4 < 2 ? 0 : 1] ?? {}, options),
  );
  expect(new Set(payloads.flatMap(({ user }) => user?.id ?? [])).size).toBe(1);
  const conflicts = payloads.flatMap(faultsOf);
  expect(new Set(conflicts)).toEqual(new Set(['idempotencyKey IDEMPOTENCY_CONFLICT']));
  expect([24, 26]).toContain(conflicts.length);
}, 30_000);

const batchDocument = `mutation ($input: CreateUsersInput!) { createUsers(input: $input) {
  results { user { id phoneVerification { status } } userErrors { code field message } }
} }`;
async function createUsers(input: object, profile: { url: string }): Promise<Payload[]> {
  const { data, errors } = await harness.ask<{ createUsers: { results: Payload[] } }>(
    batchDocument,
    { input },
    { profile },
  );
  if (!data?.createUsers) throw new Error(JSON.stringify(errors));
  return data.createUsers.results;
}

test('the key of a list 50 times at once creates each user once, and all hear one answer', async () => {
  const users = Array.from({ length: 20 }, () => freshInput());
  const twice = { ...freshInput(), phoneNumber: users[4]?.phoneNumber };
  const answers = await onBoth(50, ({ profile }) =>
    createUsers({ users: [...users, twice], idempotencyKey: 'fifty-lists' }, profile),
  );
  const [first = []] = answers;
  expect(first.flatMap(({ user }) => user?.phoneVerification.status ?? [])).toEqual(Array(20).fill('CODE_SENT'));
  expect(first.flatMap(faultsOf)).toEqual(['phoneNumber PHONE_NUMBER_TAKEN']);
  for (const answer of answers) expect(answer).toEqual(first);
  for (const { phoneNumber } of users) expect(await countUsers(phoneNumber)).toBe(1);
  for (const { user } of first.slice(0, 20)) expect(codesSentTo(user?.id)).toBe(1);
}, 60_000);

test('one key for many lists at once serves one of them, whoever of the others is first at a place', async () => {
  const lists = Array.from({ length: 20 }, (_, index) => [
    // Each list has its one good user at another place.
    ...Array.from({ length: 20 }, (_, place) => freshInput(place === index ? {} : { name: '' })),
  ]);
  const answers = await onBoth(20, ({ profile }, index) =>
    createUsers({ users: lists[index], idempotencyKey: 'many-lists' }, profile),
  );
  expect(answers.flat().filter(({ user }) => user)).toHaveLength(1);
}, 30_000);

test('200 lists that share their numbers create each of them once', async () => {
  const numbers = Array.from({ length: 10 }, freshNumber);
  const answers = await onBoth(200, ({ profile }, index) => {
    const shuffled = [...numbers.slice(index % 10), ...numbers.slice(0, index % 10)];
    return createUsers({ users: shuffled.map((phoneNumber) => freshInput({ phoneNumber })) }, profile);
  });
  expect(answers.flat().filter(({ user }) => user)).toHaveLength(10);
  for (const phoneNumber of numbers) expect(await countUsers(phoneNumber)).toBe(1);
}, 60_000);

test('after a kill between commit and answer a repeat goes on with the same user and the same code', async () => {
  const doomed = await harness.startProcess();
  harness.messaging.loseStartAnswers = true;
  const input = freshInput({ idempotencyKey: 'killed' });
  const lost = mutate(harness, 'createUser', input, { profile: doomed }).catch(() => 'no answer');
  const saved = await untilSaved([input.phoneNumber]);
  await doomed.kill();
  expect(await lost).toBe('no answer');

  harness.messaging.loseStartAnswers = false;
  const repeat = await mutate(harness, 'createUser', input, { profile: other });
  expect(repeat).toMatchObject({ user: { id: saved[0], phoneVerification: { status: 'CODE_SENT' } }, userErrors: [] });
  expect(codesSentTo(saved[0])).toBe(1);
}, 60_000);

test('after a kill between commit and answer a list goes on with the same users and the same codes', async () => {
  const doomed = await harness.startProcess();
  harness.messaging.loseStartAnswers = true;
  const users = Array.from({ length: 50 }, () => freshInput());
  const input = { users, idempotencyKey: 'killed-list' };
  const lost = createUsers(input, doomed).catch(() => 'no answer');
  const saved = await untilSaved(users.map(({ phoneNumber }) => phoneNumber));
  await doomed.kill();
  expect(await lost).toBe('no answer');

  harness.messaging.loseStartAnswers = false;
  const conflict = await createUsers({ ...input, users: users.slice(1) }, other);
  expect(new Set(conflict.flatMap(faultsOf))).toEqual(new Set(['idempotencyKey IDEMPOTENCY_CONFLICT']));
  const repeat = await createUsers(input, other);
  expect(repeat.map(({ user }) => user?.id)).toEqual(saved);
  expect(repeat.map(({ user }) => user?.phoneVerification.status)).toEqual(Array(50).fill('CODE_SENT'));
  for (const id of saved) expect(codesSentTo(id)).toBe(1);
}, 60_000);

/** The users of these numbers, in order, once they are durable and Messaging has been asked for the codes. */
async function untilSaved(phoneNumbers: string[]): Promise<string[]> {
  for (;;) {
    const rows = await harness.sql<{ id: string }>(
      `SELECT users.id FROM unnest($1::text[]) WITH ORDINALITY AS asked (phone_number, place)
       JOIN users USING (phone_number) ORDER BY place`,
      [phoneNumbers],
    );
    const ids = rows.map(({ id }) => id);
    if (ids.length === phoneNumbers.length && ids.every((id) => startsOf(id).length > 0)) return ids;
  }
}
