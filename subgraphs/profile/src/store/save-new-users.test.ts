import { newId } from '@atrium/service-kit';
import { deploy, type PostgresServer, startTemporaryPostgres } from '@atrium/stack';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import type { NewUser, UserStore } from '../domain/ports.ts';
import { type Database, openDatabase } from './client.ts';
import { createUserStore } from './users.ts';

let postgres: PostgresServer;
let database: Database;
let users: UserStore;
beforeAll(async () => {
  postgres = await startTemporaryPostgres();
  await deploy('profile', postgres.url);
  database = openDatabase(postgres.url, 5);
  users = createUserStore(database, { claimMs: 60_000, idempotencyMs: 60_000 });
});
afterAll(async () => {
  await database.$disconnect();
  await postgres.stop();
});

let made = 0;
function newUser(more: Partial<NewUser> = {}): NewUser {
  made += 1;
  const details = { name: 'Asha Rao', country: 'IN', location: null, email: null, locale: null };
  const phoneNumber = `+9198${String(made).padStart(8, '0')}`;
  return {
    ...details,
    id: newId(),
    phoneNumber,
    clientId: 'c',
    requestId: newId(),
    leaseMs: 0,
    idempotency: undefined,
    ...more,
  };
}

test('a row that PostgreSQL refuses fails alone: its neighbours in the batch are saved', async () => {
  const batch = [newUser(), newUser({ name: 'a\u0000b' }), newUser(), newUser()];
  const outcomes = await Promise.allSettled(batch.map((user) => users.saveNewUser(user)));
  expect(outcomes.map(({ status }) => status)).toEqual(['fulfilled', 'rejected', 'fulfilled', 'fulfilled']);
  const found = await users.findUsersByIds(batch.map(({ id }) => id));
  expect(found.map((user) => user?.id)).toEqual([batch[0]?.id, undefined, batch[2]?.id, batch[3]?.id]);
});

test('a bad row does not take the number from its rival', async () => {
  const bad = newUser({ name: 'a\u0000b' });
  const good = newUser({ phoneNumber: bad.phoneNumber });
  const [first, second] = await Promise.allSettled([users.saveNewUser(bad), users.saveNewUser(good)]);
  expect(first?.status).toBe('rejected');
  expect(second).toMatchObject({ status: 'fulfilled', value: { kind: 'saved' } });
});

test('a batch of hundreds keeps every outcome with its user', async () => {
  const batch = Array.from({ length: 700 }, () => newUser());
  const outcomes = await Promise.all(batch.map((user) => users.saveNewUser(user)));
  expect(outcomes.map((outcome) => outcome.kind === 'saved' && outcome.user.id)).toEqual(batch.map(({ id }) => id));
});
