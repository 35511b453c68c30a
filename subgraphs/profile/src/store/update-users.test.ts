import { afterAll, beforeAll, expect, test } from '@jest/globals';
import type { UpdateOutcome, UserChange } from '../domain/ports.ts';
import { subscriptionsOf } from '../domain/subscriptions.ts';
import type { User } from '../domain/user.ts';
import { newUser, startTestStore, type TestStore } from '../testing/store.ts';
import { openDatabase } from './client.ts';
import { createUpdateBuffer } from './update-users.ts';

let store: TestStore;
beforeAll(async () => {
  store = await startTestStore();
});
afterAll(() => store.close());

async function saved(more: Parameters<typeof newUser>[0] = {}): Promise<User> {
  const outcome = await store.users.saveNewUser(newUser(more));
  if (outcome.kind !== 'saved') throw new Error(outcome.kind);
  return outcome.user;
}
const change = (id: string, details: UserChange['details'], expectedVersion?: number): UserChange => ({
  id,
  clientId: 'tests',
  details,
  expectedVersion,
});
const together = (changes: UserChange[]) => Promise.all(changes.map((each) => store.users.updateUser(each)));
const shown = (outcome: UpdateOutcome) => {
  if (outcome.kind === 'not-found') return outcome.kind;
  const { name, version } = outcome.kind === 'updated' ? outcome.user : outcome.current;
  return `${outcome.kind} ${name} ${version}`;
};
async function find(id: string): Promise<User | undefined> {
  const [user] = await store.users.findUsersByIds([id]);
  return user;
}

test('updates that come together share a commit, and each user gets their own', async () => {
  const users = await Promise.all(Array.from({ length: 300 }, () => saved()));
  const outcomes = await together(users.map(({ id }, index) => change(id, { name: `Name ${index}` }, 1)));
  expect(outcomes.map(shown)).toEqual(users.map((_, index) => `updated Name ${index} 2`));
  const commits = await store.database.$queryRaw<object[]>`
    SELECT DISTINCT xmin::text FROM users WHERE id = ANY (${users.map(({ id }) => id)}::uuid[])`;
  expect(commits).toHaveLength(1);
});

test('several changes of one user within a batch keep their order, each with a version of its own', async () => {
  const { id } = await saved({ name: 'First', location: 'Pune' });
  const outcomes = await together([
    change(id, { name: 'Second' }),
    change(id, { name: 'Lost' }, 1),
    change(id, { location: null }, 2),
    change(id, { name: 'Third', email: 'third@example.com' }),
    change(id, { name: 'Fourth' }, 4),
  ]);
  expect(outcomes.map(shown)).toEqual([
    'updated Second 2',
    'conflict Second 2',
    'updated Second 3',
    'updated Third 4',
    'updated Fourth 5',
  ]);
  const last = outcomes.at(-1);
  expect(await find(id)).toEqual(last?.kind === 'updated' && last.user);
  expect(last).toMatchObject({ user: { name: 'Fourth', email: 'third@example.com', location: null } });
});

test('absent, null and a value are three things, for each user of a batch', async () => {
  const details = { location: 'Pune', email: 'asha@example.com', locale: 'hi' };
  const [one, two, three] = await Promise.all([saved(details), saved(details), saved(details)]);
  await together([
    change(one.id, { location: null }),
    change(two.id, { location: 'Nagpur "\\ 🙂', email: null }),
    change(three.id, { country: 'GB', locale: null, name: 'null' }),
  ]);
  expect(await find(one.id)).toMatchObject({ ...details, location: null, name: 'Asha Rao', country: 'IN' });
  expect(await find(two.id)).toMatchObject({ ...details, location: 'Nagpur "\\ 🙂', email: null });
  expect(await find(three.id)).toMatchObject({ ...details, country: 'GB', locale: null, name: 'null' });
});

test('a change touches nothing but what it names, the version and the time', async () => {
  const user = await saved({ location: 'Pune' });
  const [outcome] = await together([change(user.id, { name: 'Meera' })]);
  const changed = outcome?.kind === 'updated' ? outcome.user : undefined;
  expect(changed).toEqual({ ...user, name: 'Meera', version: 2, revision: 2, updatedAt: changed?.updatedAt });
  expect(changed?.updatedAt.getTime()).toBeGreaterThan(user.updatedAt.getTime());
  expect(await find(user.id)).toEqual(changed);
});

test('a change that PostgreSQL refuses fails alone, and so does one for nobody', async () => {
  const users = await Promise.all(Array.from({ length: 9 }, () => saved()));
  const nobody = newUser().id;
  const outcomes = await Promise.allSettled([
    ...users.map(({ id }, index) =>
      store.users.updateUser(change(id, { name: index === 4 ? 'a\u0000b' : `Name ${index}` })),
    ),
    store.users.updateUser(change(nobody, { name: 'Nobody' })),
  ]);
  expect(outcomes.map((each) => (each.status === 'fulfilled' ? each.value.kind : each.status))).toEqual([
    ...Array(4).fill('updated'),
    'rejected',
    ...Array(4).fill('updated'),
    'not-found',
  ]);
});

test('batches of two processes with the same users in opposite order lose no update and do not deadlock', async () => {
  const users = await Promise.all(Array.from({ length: 20 }, () => saved()));
  const other = openDatabase(store.url, 5);
  const updateThere = createUpdateBuffer(other, subscriptionsOf([]), { maxWaiting: 10_000 });
  const commits = new Set<number>();
  try {
    for (let round = 0; round < 10; round++) {
      // Somebody holds a user in the middle, so that both batches have locked what they lock before they meet.
      const updates = await store.database.$transaction(async (holder) => {
        await holder.$queryRaw`SELECT FROM users WHERE id = ${users[10]?.id}::uuid FOR UPDATE`;
        const begun = [
          ...users.map(({ id }) => store.users.updateUser(change(id, { name: `Here ${round}` }))),
          ...users.toReversed().map(({ id }) => updateThere(change(id, { location: `There ${round}` }))),
        ];
        while ((await waitingForLocks()) < 2) await new Promise(setImmediate);
        return begun;
      });
      await Promise.all(updates);
      const last = await store.database.$queryRaw<object[]>`
        SELECT DISTINCT xmin::text FROM users WHERE id = ANY (${users.map(({ id }) => id)}::uuid[])`;
      commits.add(last.length);
    }
  } finally {
    await other.$disconnect();
  }
  for (const { id } of users) {
    expect(await find(id)).toMatchObject({ version: 21, name: 'Here 9', location: 'There 9' });
  }
  // One that lost a deadlock would have been written again in halves.
  expect([...commits]).toEqual([1]);
});

test('batches of two processes that teach the search the same words in opposite order do not deadlock', async () => {
  const users = await Promise.all(Array.from({ length: 40 }, () => saved()));
  const databases = [openDatabase(store.url, 5), openDatabase(store.url, 5)];
  const [updateHere, updateThere] = databases.map((database) =>
    createUpdateBuffer(database, subscriptionsOf([]), { maxWaiting: 10_000 }),
  ) as [typeof store.users.updateUser, typeof store.users.updateUser];
  const word = (index: number) => `Quillon${String.fromCharCode(97 + index)}`;
  try {
    const updates = await store.database.$transaction(async (holder) => {
      // Somebody teaches a word in the middle.
      await holder.$queryRaw`INSERT INTO search_vocabulary (word) VALUES (${word(10).toLowerCase()})`;
      const begun = [
        ...users.slice(0, 20).map(({ id }, index) => updateHere(change(id, { name: word(index) }))),
        ...users.slice(20).map(({ id }, index) => updateThere(change(id, { name: word(19 - index) }))),
      ];
      while ((await waitingForLocks()) < 2) await new Promise(setImmediate);
      return begun;
    });
    await Promise.all(updates);
  } finally {
    // What connections have counted is told at the latest when they end.
    await Promise.all(databases.map((database) => database.$disconnect()));
  }
  const [{ deadlocks } = { deadlocks: -1 }] = await store.database.$queryRaw<{ deadlocks: number }[]>`
    SELECT deadlocks::int FROM pg_stat_database WHERE datname = current_database()`;
  expect(deadlocks).toBe(0);
});

async function waitingForLocks(): Promise<number> {
  const [row] = await store.database.$queryRaw<{ count: number }[]>`
    SELECT count(*)::int FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'`;
  return row?.count ?? 0;
}

test('past its bound the buffer says OVERLOADED at once, to creates and to updates, and saves whoever waits', async () => {
  const small = await startTestStore({ maxWaiting: 100 });
  try {
    const creates = await Promise.allSettled(Array.from({ length: 130 }, () => small.users.saveNewUser(newUser())));
    expect(creates.map(({ status }) => status)).toEqual([
      ...Array(100).fill('fulfilled'),
      ...Array(30).fill('rejected'),
    ]);
    expect(creates.at(-1)).toMatchObject({ reason: { code: 'OVERLOADED', retryAfterMs: 1_000 } });
    expect(await small.database.user.count()).toBe(100);
    const updates = await Promise.allSettled(
      Array.from({ length: 101 }, () => small.users.updateUser(change(newUser().id, { name: 'Asha' }))),
    );
    expect(updates.map(({ status }) => status)).toEqual([...Array(100).fill('fulfilled'), 'rejected']);
  } finally {
    await small.close();
  }
});
