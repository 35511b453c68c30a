import { afterAll, beforeAll, beforeEach, expect, test } from '@jest/globals';
import pg from 'pg';
import { createdUser, freshInput, freshNumber, mutate, type Payload, readUser } from '../testing/flows.ts';
import { type Answer, type ClientOptions, type Harness, startHarness } from '../testing/harness.ts';

let harness: Harness;
beforeAll(async () => {
  harness = await startHarness();
});
afterAll(() => harness.close());
beforeEach(() => {
  harness.messaging.mood = 'well';
  harness.messaging.calls.length = 0;
});

type Data = { createUsers: { results: Payload[] } | null };
const document = `mutation ($input: CreateUsersInput!) {
  createUsers(input: $input) {
    results { user { id name phoneNumber version phoneVerification { status } } userErrors { code field message } }
  }
}`;
const send = (input: object, options?: ClientOptions) => harness.ask<Data>(document, { input }, options);
function resultsOf({ data, errors }: Answer<Data>): Payload[] {
  if (errors || !data?.createUsers) throw new Error(JSON.stringify(errors));
  return data.createUsers.results;
}
const createUsers = async (input: object, options?: ClientOptions) => resultsOf(await send(input, options));
const shown = ({ user, userErrors }: Payload) =>
  user ? user.phoneVerification.status : userErrors.map(({ code, field }) => `${code} ${field?.join('.')}`).join();
const idsOf = (results: Payload[]) => results.map(({ user }) => user?.id);
const people = (count: number) => Array.from({ length: count }, () => freshInput());
const countUsers = async () => (await harness.sql<{ count: number }>('SELECT count(*)::int FROM users'))[0]?.count ?? 0;
const removeUser = (id: string | undefined) =>
  harness.ask('mutation ($id: ID!) { deleteUser(input: { id: $id }) { deletedUserId } }', { id });

test('each user has an outcome of their own, in order', async () => {
  const [blocked, held, twice] = [freshNumber(), freshNumber(), freshNumber()];
  harness.messaging.refusedAtOnce.set(blocked, 'PHONE_NUMBER_BLOCKED');
  await createdUser(harness, { phoneNumber: held });
  const before = await countUsers();
  const results = await createUsers({
    users: [
      freshInput({ name: 'First' }),
      freshInput({ name: '', country: 'XX' }),
      freshInput({ phoneNumber: blocked }),
      freshInput({ phoneNumber: held }),
      freshInput({ name: 'Twice', phoneNumber: twice }),
      freshInput({ name: 'Again', phoneNumber: twice.replace('+91', '0') }),
      freshInput({ name: 'Last' }),
    ],
  });
  expect(results.map(shown)).toEqual([
    'CODE_SENT',
    'REQUIRED input.users.1.name,COUNTRY_UNKNOWN input.users.1.country',
    'PHONE_NUMBER_BLOCKED input.users.2.phoneNumber',
    'PHONE_NUMBER_TAKEN input.users.3.phoneNumber',
    'CODE_SENT',
    'PHONE_NUMBER_TAKEN input.users.5.phoneNumber',
    'CODE_SENT',
  ]);
  expect(results.flatMap(({ user }) => user?.name ?? [])).toEqual(['First', 'Twice', 'Last']);
  expect(await countUsers()).toBe(before + 3);
  for (const { user } of results) if (user) expect(await readUser(harness, user.id)).toMatchObject(user);
});

test('a hundred users travel to Messaging, to the disk and to Messaging again as one', async () => {
  const results = await createUsers({ users: people(100) });
  expect(results.map(shown)).toEqual(Array(100).fill('CODE_SENT'));
  expect(harness.messaging.calls.map(({ operation, inputs }) => [operation, inputs.length])).toEqual([
    ['validatePhoneNumbers', 100],
    ['startPhoneVerifications', 100],
  ]);
  const saved = await harness.sql('SELECT DISTINCT created_at FROM users WHERE id = ANY ($1::uuid[])', [
    idsOf(results),
  ]);
  expect(saved).toHaveLength(1);
});

test('more than a hundred are refused whole, by an error that says so', async () => {
  const before = await countUsers();
  const { data, errors } = await send({ users: people(101) });
  expect(data?.createUsers).toBeNull();
  expect(errors).toMatchObject([{ message: expect.stringContaining('100'), extensions: { code: 'BAD_USER_INPUT' } }]);
  expect(await countUsers()).toBe(before);
});

test('nobody is an answer too', async () => {
  expect(await createUsers({ users: [] })).toEqual([]);
  expect(await createUsers({ users: [], idempotencyKey: 'nobody' })).toEqual([]);
});

test('a key that is none is told to everybody, and creates nobody', async () => {
  const before = await countUsers();
  const results = await createUsers({ users: [freshInput(), freshInput({ name: '' })], idempotencyKey: '' });
  expect(results.map(shown)).toEqual([
    'REQUIRED input.idempotencyKey',
    'REQUIRED input.users.1.name,REQUIRED input.idempotencyKey',
  ]);
  expect(await countUsers()).toBe(before);
});

test('with Messaging away all are PENDING, and codes are sent later', async () => {
  harness.messaging.mood = 'dead';
  const results = await createUsers({ users: people(3) });
  expect(results.map(shown)).toEqual(Array(3).fill('PENDING'));
});

test('a repeat is answered with the same users as they are now, and creates nobody', async () => {
  const held = freshNumber();
  const holder = await createdUser(harness, { phoneNumber: held });
  const users = [...people(3), freshInput({ phoneNumber: held }), freshInput({ name: '' })];
  const input = { users, idempotencyKey: 'repeated' };
  const first = await createUsers(input);
  expect(await createUsers(input)).toEqual(first);

  await mutate(harness, 'updateUser', { id: first[0]?.user?.id, name: 'Renamed' });
  await removeUser(first[1]?.user?.id);
  await removeUser(holder.id);
  const before = await countUsers();
  const repeat = await createUsers(input);
  expect(await countUsers()).toBe(before);
  expect(repeat[0]).toMatchObject({ user: { id: first[0]?.user?.id, name: 'Renamed', version: 2 } });
  expect(shown(repeat[1] as Payload)).toBe('NOT_FOUND input.idempotencyKey');
  expect(repeat[2]).toEqual(first[2]);
  // The number is free by now, and yet who was refused with this key stays refused.
  expect(repeat.slice(3)).toEqual(first.slice(3));
});

test('each repeat prolongs the key of the list, so that it never ends before those of its users', async () => {
  const input = { users: people(2), idempotencyKey: 'prolonged' };
  const [{ user } = { user: null }] = await createUsers(input);
  const hours = () =>
    harness.sql<{ hours: number }>(`
      SELECT extract(epoch FROM expires_at - now())::float8 / 3600 AS hours FROM idempotency_keys
      WHERE user_id IS NULL ORDER BY expires_at DESC LIMIT 1`);
  await harness.sql("UPDATE idempotency_keys SET expires_at = now() + interval '1 minute'");
  const repeat = await createUsers(input);
  expect(repeat[0]?.user?.id).toBe(user?.id);
  expect((await hours())[0]?.hours).toBeGreaterThan(24);
});

test('a key belongs to one list of users: with any other it is a conflict, and creates nobody', async () => {
  const refused = freshInput({ name: '' });
  const [one, two] = [freshInput(), freshInput()];
  const key = { idempotencyKey: 'bound' };
  await createUsers({ users: [refused, one, two], ...key });
  const before = await countUsers();
  for (const users of [
    [{ ...refused, name: 'Mended' }, one, two],
    [{ ...refused, name: 'Mended' }],
    [refused, one, two, freshInput()],
    [refused, two, one],
    [freshInput()],
  ]) {
    const results = await createUsers({ users, ...key });
    expect(results.map(shown)).toEqual(users.map(() => 'IDEMPOTENCY_CONFLICT input.idempotencyKey'));
  }
  expect((await mutate(harness, 'createUser', freshInput(key))).userErrors).toMatchObject([
    { code: 'IDEMPOTENCY_CONFLICT' },
  ]);
  expect(await countUsers()).toBe(before);
  const elsewhere = await createUsers({ users: people(1), ...key }, { clientId: 'somebody-else' });
  expect(elsewhere.map(shown)).toEqual(['CODE_SENT']);
});

test('the key of createUser is no key for a list', async () => {
  const person = freshInput();
  await createdUser(harness, { ...person, idempotencyKey: 'single' });
  const results = await createUsers({ users: [person], idempotencyKey: 'single' });
  expect(results.map(shown)).toEqual(['IDEMPOTENCY_CONFLICT input.idempotencyKey']);
});

test('a list of which nobody could be created does not use its key up', async () => {
  const users = [freshInput({ name: '' })];
  await createUsers({ users, idempotencyKey: 'unused' });
  const results = await createUsers({ users: people(2), idempotencyKey: 'unused' });
  expect(results.map(shown)).toEqual(['CODE_SENT', 'CODE_SENT']);
});

test('a key whose time is over may stand for another list', async () => {
  const key = { idempotencyKey: 'over' };
  const taken = freshInput({ phoneNumber: (await createdUser(harness)).phoneNumber });
  const first = await createUsers({ users: [taken, freshInput()], ...key });
  expect(first.map(({ user }) => user === null)).toEqual([true, false]);
  await harness.sql('UPDATE idempotency_keys SET expires_at = now()');
  const results = await createUsers({ users: people(2), ...key });
  expect(results.map(shown)).toEqual(['CODE_SENT', 'CODE_SENT']);
});

test('a repeat goes on where the first call was cut off', async () => {
  const input = { users: people(6), idempotencyKey: 'cut-off' };
  const first = await createUsers(input);
  // As if the process had died with a half of them saved: of the others there is no trace.
  const lost = idsOf(first).slice(3);
  for (const [table, column] of [
    ['users', 'id'],
    ['phone_claims', 'user_id'],
    ['idempotency_keys', 'user_id'],
  ]) {
    await harness.sql(`DELETE FROM ${table} WHERE ${column} = ANY ($1::uuid[])`, [lost]);
  }
  const before = await countUsers();
  const repeat = await createUsers(input);
  expect(repeat.map(shown)).toEqual(Array(6).fill('CODE_SENT'));
  expect(repeat.slice(0, 3)).toEqual(first.slice(0, 3));
  expect(new Set([...idsOf(repeat), ...lost]).size).toBe(9);
  expect(await countUsers()).toBe(before + 3);
  expect(await createUsers(input)).toEqual(repeat);
});

test('a fault of ours costs one user, and a repeat creates that one alone', async () => {
  await harness.sql("ALTER TABLE users ADD CONSTRAINT nobody_of_mars CHECK (name <> 'Mars')");
  const input = { users: [freshInput({ name: 'Mars' }), freshInput(), freshInput()], idempotencyKey: 'mars' };
  const alone = await send({ users: [freshInput({ name: 'Mars' })] });
  expect(alone).toMatchObject({ data: { createUsers: null }, errors: [{ path: ['createUsers'] }] });
  const { data, errors } = await send(input);
  expect(data?.createUsers?.results.map(({ user }) => user?.name)).toEqual([undefined, 'Asha Rao', 'Asha Rao']);
  expect(errors).toMatchObject([{ path: ['createUsers', 'results', 0, 'user'], extensions: { code: 'INTERNAL' } }]);
  await harness.sql('ALTER TABLE users DROP CONSTRAINT nobody_of_mars');
  const repeat = await createUsers(input);
  expect(repeat.map(shown)).toEqual(Array(3).fill('CODE_SENT'));
  expect(idsOf(repeat).slice(1)).toEqual(idsOf(data?.createUsers?.results ?? []).slice(1));
});

test('where the write buffer has no room for all of them, none is created and the answer is OVERLOADED', async () => {
  const profile = await harness.startAnother({ WRITE_BUFFER_SIZE: '100' });
  const locker = new pg.Client({ connectionString: harness.databaseUrl });
  await locker.connect();
  const before = await countUsers();
  const create = (count: number) => send({ users: people(count) }, { profile });
  const untilWaiting = async (count: number) => {
    const waits = () => harness.sql("SELECT 1 FROM pg_stat_activity WHERE wait_event_type = 'Lock'");
    while ((await waits()).length < count) await new Promise(setImmediate);
  };
  try {
    await locker.query('BEGIN; LOCK TABLE phone_claims');
    // Two commits may be under way, sixty users wait for theirs, and for the last sixty there is no room.
    const first = create(100);
    await untilWaiting(1);
    const second = create(100);
    await untilWaiting(2);
    const others = [create(60), create(60)];
    const refused = await Promise.race(others);
    expect(refused.data?.createUsers).toBeNull();
    expect(refused.errors).toMatchObject([{ extensions: { code: 'OVERLOADED', retryAfterMs: 1_000 } }]);
    await locker.query('COMMIT');
    const answers = await Promise.all([first, second, ...others]);
    expect(answers.map(({ data }) => data?.createUsers?.results.length ?? 0).sort()).toEqual([0, 100, 100, 60]);
  } finally {
    await locker.end();
    await harness.stop(profile);
  }
  expect(await countUsers()).toBe(before + 260);
});
