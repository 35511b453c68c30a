import { afterAll, beforeAll, beforeEach, expect, test } from '@jest/globals';
import { newUser, startTestStore, type TestStore } from '../testing/store.ts';
import { openDatabase } from './client.ts';
import { createUserStatsStore } from './user-stats.ts';

let store: TestStore;
beforeAll(async () => {
  store = await startTestStore();
});
afterAll(() => store.close());
beforeEach(async () => {
  await store.database.$executeRaw`TRUNCATE users, phone_claims, outbox, user_stats, user_stat_changes`;
});

const always = { from: 0, to: 40_000 };
const counted = () => createUserStatsStore(store.database).countDays(always);
const untilRolledUp = async (stats = createUserStatsStore(store.database)) => {
  while ((await stats.rollUp()) > 0);
};
const today = async () => {
  const [row] = await store.database.$queryRaw<{ day: string }[]>`SELECT (now() AT TIME ZONE 'UTC')::date::text AS day`;
  return row?.day;
};
const remove = (id: string) => store.users.deleteUser({ id, expectedVersion: undefined, clientId: 'c' });

test('each user is counted once in their country when they come, prove their number and go', async () => {
  const date = await today();
  const [asha, ravi, ann] = [newUser(), newUser(), newUser({ country: 'GB' })];
  await Promise.all([asha, ravi, ann].map((user) => store.users.saveNewUser(user)));
  const proof = { userId: asha.id, phoneNumber: asha.phoneNumber, verifiedAt: new Date(), clientId: 'c' };
  await store.verifications.recordVerified(proof);
  await store.verifications.recordVerified(proof);
  await store.users.updateUser({ id: ann.id, clientId: 'c', expectedVersion: undefined, details: { country: 'FR' } });
  await Promise.all([remove(ravi.id), remove(ann.id)]);
  await remove(ravi.id);
  const expected = [
    { date, country: 'FR', created: 0, verified: 0, deleted: 1 },
    { date, country: 'GB', created: 1, verified: 0, deleted: 0 },
    { date, country: 'IN', created: 2, verified: 1, deleted: 1 },
  ];
  expect(await counted()).toEqual(expected);
  await untilRolledUp();
  expect(await store.database.$queryRaw`SELECT 1 FROM user_stat_changes`).toEqual([]);
  expect(await counted()).toEqual(expected);
});

test('who is refused is not counted', async () => {
  const user = newUser();
  const outcomes = await Promise.allSettled([
    store.users.saveNewUser(user),
    store.users.saveNewUser(newUser({ phoneNumber: user.phoneNumber })),
    store.users.saveNewUser(newUser({ name: 'a\u0000b' })),
  ]);
  expect(outcomes.map(({ status }) => status)).toEqual(['fulfilled', 'fulfilled', 'rejected']);
  expect(await counted()).toMatchObject([{ created: 1 }]);
});

test('a batch costs one row for each of its countries', async () => {
  await Promise.all(
    Array.from({ length: 400 }, (_, index) => store.users.saveNewUser(newUser({ country: index % 2 ? 'IN' : 'GB' }))),
  );
  const [row] = await store.database.$queryRaw<{ rows: number }[]>`SELECT count(*)::int AS rows FROM user_stat_changes`;
  expect(row?.rows).toBeLessThan(20);
  expect(await counted()).toMatchObject([{ created: 200 }, { created: 200 }]);
});

test('two processes that roll up while users come and go lose nothing, double nothing, and every look is exact', async () => {
  const other = openDatabase(store.url, 3);
  const others = createUserStatsStore(other);
  let isDone = false;
  const rolling = [createUserStatsStore(store.database), others].map(async (stats) => {
    while (!isDone) await stats.rollUp();
  });
  const looks: number[] = [];
  for (let round = 0; round < 20; round++) {
    const users = Array.from({ length: 50 }, (_, index) =>
      newUser({ country: ['IN', 'GB', 'FR'][index % 3] as string }),
    );
    await Promise.all(users.map((user) => store.users.saveNewUser(user)));
    const seen = await others.countDays(always);
    looks.push(seen.reduce((sum, { created }) => sum + created, 0));
    await Promise.all(users.slice(0, 10).map(({ id }) => remove(id)));
  }
  isDone = true;
  await Promise.all(rolling);
  await untilRolledUp(others);
  await other.$disconnect();
  expect(looks).toEqual(Array.from({ length: 20 }, (_, round) => 50 * (round + 1)));
  const total = await counted();
  expect(total.reduce((sum, { created }) => sum + created, 0)).toBe(1_000);
  expect(total.reduce((sum, { deleted }) => sum + deleted, 0)).toBe(200);
}, 30_000);

test('the days are those that are asked for', async () => {
  await store.database.$executeRaw`
    INSERT INTO user_stats (date, country, created) VALUES ('2026-02-28', 'IN', 1), ('2026-03-01', 'IN', 2), ('2026-03-02', 'IN', 4)`;
  await store.database
    .$executeRaw`INSERT INTO user_stat_changes (date, country, created) VALUES ('2026-03-01', 'IN', 8)`;
  const from = Date.UTC(2026, 2, 1) / 86_400_000;
  expect(await createUserStatsStore(store.database).countDays({ from, to: from + 1 })).toEqual([
    { date: '2026-03-01', country: 'IN', created: 10, verified: 0, deleted: 0 },
  ]);
});
