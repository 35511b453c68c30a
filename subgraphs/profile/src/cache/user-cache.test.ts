import { newId } from '@atrium/service-kit';
import { waitUntil } from '@atrium/service-kit/testing/wait-until';
import { afterAll, afterEach, beforeAll, expect, test } from '@jest/globals';
import type { NewUser } from '../domain/ports.ts';
import type { User } from '../domain/user.ts';
import { type CachedUsers, type CachedUsersOptions, cutListeners, openCachedUsers } from '../testing/cached-users.ts';
import { newUser, startTestStore, type TestStore } from '../testing/store.ts';
import { startTcpRelay } from '../testing/tcp-relay.ts';

let store: TestStore;
let open: CachedUsers[] = [];
beforeAll(async () => {
  store = await startTestStore();
});
afterEach(async () => {
  await Promise.all(open.map((one) => one.close()));
  open = [];
});
afterAll(() => store.close());

/** A process that serves from memory. */
async function openProcess(options?: CachedUsersOptions): Promise<CachedUsers> {
  const opened = await openCachedUsers(store.url, options);
  open.push(opened);
  await untilServing(opened);
  return opened;
}

/** Waits until reads are answered from memory again, which bypasses tell. */
async function untilServing({ cache }: CachedUsers): Promise<void> {
  await waitUntil(async () => {
    const { bypasses } = cache.statistics();
    await cache.load(newId());
    return cache.statistics().bypasses === bypasses;
  });
}

/** Waits until the process has heard of everything so far: of changes it hears in their order. */
async function untilHeard({ cache }: CachedUsers): Promise<void> {
  const marker = await savedUser();
  await cache.load(marker);
  const { entries } = cache.statistics();
  await rename(store.users, marker, 'Heard');
  await waitUntil(() => cache.statistics().entries < entries);
}

/** A user whom none of the processes has read yet. */
async function savedUser(): Promise<string> {
  const user = newUser();
  await store.users.saveNewUser(user);
  return user.id;
}

const rename = (users: TestStore['users'], id: string, name: string) =>
  users.updateUser({ id, clientId: 'tests', expectedVersion: undefined, details: { name } });
const nameOf = async ({ cache }: CachedUsers, id: string) => (await cache.load(id))?.name;

test('concurrent reads of an id are one, what a tick misses is one query, and what was read is remembered', async () => {
  const process = await openProcess({ maxAgeMs: 60_000 });
  const ids = await Promise.all(Array.from({ length: 20 }, savedUser));
  const before = process.readIds();
  const users = await Promise.all([...ids, ...ids].map((id) => process.cache.load(id)));
  expect(users.map((user) => user?.id)).toEqual([...ids, ...ids]);
  expect(process.readIds() - before).toBe(20);
  await Promise.all(ids.map((id) => process.cache.load(id)));
  expect(process.readIds() - before).toBe(20);
});

test('an id that does not exist is asked for once, and again when its time is over', async () => {
  const process = await openProcess();
  const id = newId();
  const before = process.readIds();
  for (let time = 0; time < 5; time += 1) expect(await process.cache.load(id)).toBeUndefined();
  expect(process.readIds() - before).toBe(1);
  await waitUntil(async () => {
    await process.cache.load(id);
    return process.readIds() - before > 1;
  });
});

test('any number of ids that do not exist leaves the memory within its bound', async () => {
  const process = await openProcess({ cacheBytes: 256 * 1024 });
  for (let round = 0; round < 10; round += 1) {
    await Promise.all(Array.from({ length: 500 }, () => process.cache.load(newId())));
    const { bytes, maxBytes } = process.cache.statistics();
    expect(bytes).toBeLessThanOrEqual(maxBytes);
  }
});

test('a user who is created after their id was asked for in vain is found at once', async () => {
  const process = await openProcess();
  const user = newUser();
  expect(await process.cache.load(user.id)).toBeUndefined();
  await process.users.saveNewUser(user);
  expect(await process.cache.load(user.id)).toMatchObject({ id: user.id });
});

test('more users than there is memory for leave it within its bound', async () => {
  const process = await openProcess({ cacheBytes: 256 * 1024 });
  for (let round = 0; round < 5; round += 1) {
    const ids = await Promise.all(Array.from({ length: 200 }, savedUser));
    for (let time = 0; time < 3; time += 1) await Promise.all(ids.map((id) => process.cache.load(id)));
    const { bytes, maxBytes } = process.cache.statistics();
    expect(bytes).toBeLessThanOrEqual(maxBytes);
  }
  const { entries, evictions } = process.cache.statistics();
  expect(entries).toBeGreaterThan(100);
  expect(evictions).toBeGreaterThan(500);
});

test('a process reads what it wrote at once', async () => {
  const process = await openProcess({ maxAgeMs: 60_000 });
  const user = newUser();
  await process.users.saveNewUser(user);
  const before = process.readIds();
  expect(await process.cache.load(user.id)).toMatchObject({ version: 1 });
  await rename(process.users, user.id, 'Ravi');
  expect(await nameOf(process, user.id)).toBe('Ravi');
  expect(process.readIds()).toBe(before);
  await process.users.deleteUser({ id: user.id, expectedVersion: undefined, clientId: 'c' });
  expect(await process.cache.load(user.id)).toBeUndefined();
});

test.each([
  ['updateUser', ({ users }, user) => rename(users, user.id, 'Ravi')],
  [
    'changePhoneNumber',
    ({ users }, { id }) => users.changePhoneNumber({ ...newUser(), userId: id, idempotency: undefined }),
  ],
  ['recordStart', ({ verifications }, { id }) => recordCode(id, verifications)],
  ['recordVerified', ({ verifications }, user) => verifications.recordVerified(proofOf(user.id, user.phoneNumber))],
  [
    'exchangePhoneNumber',
    async ({ users, verifications }, user) => {
      await verifications.recordVerified(proofOf(user.id, user.phoneNumber));
      const { phoneNumber } = newUser();
      await users.changePhoneNumber({ ...newUser({ phoneNumber }), userId: user.id, idempotency: undefined });
      await verifications.exchangePhoneNumber(proofOf(user.id, phoneNumber));
    },
  ],
  [
    'requestCodeAgain',
    async ({ verifications }, { id }) => {
      await recordCode(id, verifications);
      const request = { userId: id, requestId: newId(), leaseMs: 0, clientId: 'c', coolDownMs: 0 };
      expect(await verifications.requestCodeAgain(request)).toMatchObject({ kind: 'requested' });
    },
  ],
] as [string, (process: CachedUsers, user: NewUser) => Promise<unknown>][])(
  'what %s wrote is in the memory as it is in the database, without a read',
  async (_write, write) => {
    // Nobody is told of changes, and what is remembered is served for as long as this test lasts.
    const process = await openProcess({ maxAgeMs: 60_000 });
    const users = [newUser(), newUser()];
    await Promise.all(process.users.saveNewUsers(users));
    const [user] = users as [NewUser];
    const before = process.readIds();
    const { revision } = (await process.cache.load(user.id)) as User;
    await write(process, user);
    const remembered = await process.cache.load(user.id);
    expect(process.readIds()).toBe(before);
    expect(remembered?.revision).toBeGreaterThan(revision);
    expect([remembered]).toEqual(await store.users.findUsersByIds([user.id]));
  },
);

const proofOf = (userId: string, phoneNumber: string) => ({
  userId,
  phoneNumber,
  verifiedAt: new Date(),
  clientId: 'c',
});

test.each([
  ['an update', (id: string) => rename(store.users, id, 'Ravi'), 'Ravi'],
  ['a code that was sent', (id: string) => recordCode(id), 'CODE_SENT'],
  ['a deletion', (id: string) => store.users.deleteUser({ id, expectedVersion: undefined, clientId: 'c' }), undefined],
  ['a truncation', () => store.database.$executeRaw`TRUNCATE users`, undefined],
] as const)('%s by another process is heard of', async (_case, change, expected) => {
  const process = await openProcess();
  const id = await savedUser();
  await process.cache.load(id);
  await change(id);
  await waitUntil(async () => {
    const user = await process.cache.load(id);
    return expected === undefined
      ? user === undefined
      : [user?.name, user?.phoneVerification.status].includes(expected);
  });
});

async function recordCode(id: string, verifications = store.verifications): Promise<void> {
  const record = await verifications.findRequest(id);
  if (!record) throw new Error('no record');
  await verifications.recordStart(record, { codeSentAt: new Date(), codeExpiresAt: new Date() });
}

test('changes of many users by one statement are all heard of', async () => {
  const process = await openProcess();
  const ids = await Promise.all(Array.from({ length: 400 }, savedUser));
  await Promise.all(ids.map((id) => process.cache.load(id)));
  await store.database.$executeRaw`UPDATE users SET location = 'Pune' WHERE id = ANY (${ids}::uuid[])`;
  await waitUntil(async () => {
    const users = await Promise.all(ids.map((id) => process.cache.load(id)));
    return users.every((user) => user?.location === 'Pune');
  });
});

test('an update of more users than can be told empties the memory', async () => {
  const process = await openProcess();
  await store.database.$executeRaw`
    INSERT INTO users (id, name, phone_number, country)
    SELECT gen_random_uuid(), 'Asha Rao', '+2' || n, 'IN' FROM generate_series(1, 6000) AS n`;
  const id = await savedUser();
  await process.cache.load(id);
  await store.database.$executeRaw`UPDATE users SET location = 'Pune'`;
  await waitUntil(async () => (await process.cache.load(id))?.location === 'Pune');
});

test('an answer of before a change does not come into the memory after it', async () => {
  const process = await openProcess();
  const id = await savedUser();
  const { held, release } = process.holdNextAnswer();
  const early = process.cache.load(id);
  await held;
  await rename(store.users, id, 'Ravi');
  // This one began after the change: it may not join what is under way once the change was heard of.
  await untilHeard(process);
  const late = nameOf(process, id);
  release();
  await early;
  expect(await late).toBe('Ravi');
  expect(await nameOf(process, id)).toBe('Ravi');
});

test('an answer of before an own write is neither remembered nor given to who asks after the write', async () => {
  const process = await openProcess();
  const id = await savedUser();
  const { held, release } = process.holdNextAnswer();
  const early = process.cache.load(id);
  await held;
  await cutListeners(store.url);
  await rename(process.users, id, 'Ravi');
  const late = nameOf(process, id);
  release();
  await early;
  expect(await late).toBe('Ravi');
});

test('an answer of before a deletion brings nobody back', async () => {
  const process = await openProcess();
  const id = await savedUser();
  const { held, release } = process.holdNextAnswer();
  const early = process.cache.load(id);
  await held;
  await process.users.deleteUser({ id, expectedVersion: undefined, clientId: 'c' });
  const late = process.cache.load(id);
  release();
  expect([await late, await early]).toEqual([undefined, undefined]);
  expect(await process.cache.load(id)).toBeUndefined();
});

test('an own write that a later one of another process has overtaken does not come into the memory', async () => {
  const process = await openProcess();
  const id = await savedUser();
  const since = performance.now();
  const written = await rename(store.users, id, 'Own');
  const own = (written as typeof written & { kind: 'updated' }).user;
  await rename(store.users, id, 'Later');
  await untilHeard(process);
  process.cache.wrote(own, since);
  expect(await nameOf(process, id)).toBe('Later');
});

test('a connection that is cut empties the memory, and reads go to the database until it listens again', async () => {
  const process = await openProcess();
  const id = await savedUser();
  await process.cache.load(id);
  expect(process.cache.statistics().entries).toBe(1);
  expect(await cutListeners(store.url)).toBe(1);
  await waitUntil(() => !process.cache.statistics().listening);
  expect(process.cache.statistics().entries).toBe(0);
  const before = process.readIds();
  await process.cache.load(id);
  await process.cache.load(id);
  expect(process.readIds() - before).toBeGreaterThan(0);
  await untilServing(process);
  await process.cache.load(id);
  expect(process.cache.statistics().entries).toBe(1);
});

test('an answer of before a cut does not come into the memory after it: what changed meanwhile was not told', async () => {
  const process = await openProcess();
  const id = await savedUser();
  const { held, release } = process.holdNextAnswer();
  const early = process.cache.load(id);
  await held;
  await cutListeners(store.url);
  await waitUntil(() => !process.cache.statistics().listening);
  await rename(store.users, id, 'Ravi');
  await untilServing(process);
  release();
  await early;
  expect(await nameOf(process, id)).toBe('Ravi');
});

test('a connection that is dead without a sign serves nothing that nobody confirms, and is opened anew', async () => {
  const relay = await startTcpRelay(store.url);
  const process = await openProcess({ listenUrl: relay.url });
  const id = await savedUser();
  await process.cache.load(id);
  relay.silence();
  await rename(store.users, id, 'Ravi');
  const changedAt = performance.now();
  await waitUntil(async () => performance.now() - changedAt > 500 || (await nameOf(process, id)) === 'Ravi');
  expect(await nameOf(process, id)).toBe('Ravi');
  expect(process.cache.statistics().listening).toBe(true);
  const { bypasses } = process.cache.statistics();
  expect(bypasses).toBeGreaterThan(0);
  await waitUntil(() => !process.cache.statistics().listening);
  await untilServing(process);
  await process.close();
  open = open.filter((one) => one !== process);
  await relay.close();
});
