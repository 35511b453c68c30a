import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { newUser, startTestStore, type TestStore } from '../testing/store.ts';

let store: TestStore;
beforeAll(async () => {
  store = await startTestStore();
});
afterAll(() => store.close());

test('a row that PostgreSQL refuses fails alone: its neighbours in the batch are saved', async () => {
  const batch = [newUser(), newUser({ name: 'a\u0000b' }), newUser(), newUser()];
  const outcomes = await Promise.allSettled(batch.map((user) => store.users.saveNewUser(user)));
  expect(outcomes.map(({ status }) => status)).toEqual(['fulfilled', 'rejected', 'fulfilled', 'fulfilled']);
  const found = await store.users.findUsersByIds(batch.map(({ id }) => id));
  expect(found.map((user) => user?.id)).toEqual([batch[0]?.id, undefined, batch[2]?.id, batch[3]?.id]);
});

test('a bad row does not take the number from its rival', async () => {
  const bad = newUser({ name: 'a\u0000b' });
  const good = newUser({ phoneNumber: bad.phoneNumber });
  const [first, second] = await Promise.allSettled([store.users.saveNewUser(bad), store.users.saveNewUser(good)]);
  expect(first?.status).toBe('rejected');
  expect(second).toMatchObject({ status: 'fulfilled', value: { kind: 'saved' } });
});

test('a batch of hundreds keeps every outcome with its user', async () => {
  const batch = Array.from({ length: 700 }, () => newUser());
  const outcomes = await Promise.all(batch.map((user) => store.users.saveNewUser(user)));
  expect(outcomes.map((outcome) => outcome.kind === 'saved' && outcome.user.id)).toEqual(batch.map(({ id }) => id));
});

test('users who come together find room together or not at all', async () => {
  const small = await startTestStore({ maxWaiting: 100 });
  try {
    const first = small.users.saveNewUsers(Array.from({ length: 60 }, () => newUser()));
    expect(() => small.users.saveNewUsers(Array.from({ length: 41 }, () => newUser()))).toThrow(
      expect.objectContaining({ code: 'OVERLOADED' }),
    );
    await Promise.all([...first, ...small.users.saveNewUsers(Array.from({ length: 40 }, () => newUser()))]);
    expect(await small.database.user.count()).toBe(100);
  } finally {
    await small.close();
  }
});
