import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { withClient } from '../../postgres/provision.ts';
import { createTestDatabase, type TestDatabase } from '../../testing/test-database.ts';
import { loadRegistrations } from './load-registrations.ts';
import { registrations } from './registrations.ts';

let database: TestDatabase;
beforeAll(async () => {
  database = await createTestDatabase('profile');
});
afterAll(() => database.stop());

const all = [...registrations(5_000, 1)];

test('users of 30 countries and many scripts, no two with one id or number', () => {
  expect(new Set(all.map(({ country }) => country)).size).toBeGreaterThanOrEqual(30);
  for (const script of [
    'Latin',
    'Devanagari',
    'Georgian',
    'Arabic',
    'Han',
    'Hangul',
    'Cyrillic',
    'Greek',
    'Hebrew',
    'Thai',
  ]) {
    const written = new RegExp(`\\p{Script=${script}}`, 'u');
    expect(all.some(({ name, location }) => written.test(name) && written.test(location))).toBe(true);
  }
  expect(new Set(all.map(({ id }) => id)).size).toBe(all.length);
  expect(new Set(all.map(({ phoneNumber }) => phoneNumber)).size).toBe(all.length);
});

test('a seed gives the same users each time, and a smaller number of them the first ones', () => {
  expect([...registrations(40, 1)]).toEqual(all.slice(0, 40));
  const others = new Set([...registrations(40, 2)].map(({ id }) => id));
  expect(all.some(({ id }) => others.has(id))).toBe(false);
});

test('users are loaded with their claims once, however often', async () => {
  const load = (count: number) => loadRegistrations({ url: database.url, count, seed: 1 });
  expect(await load(2_500)).toBe(2_500);
  expect(await load(3_000)).toBe(500);
  await withClient(database.url, async (client) => {
    const { rows } = await client.query(`SELECT count(*)::int AS users,
      count(*) FILTER (WHERE phone_claims.user_id = users.id AND verified = (phone_status = 'VERIFIED'))::int AS claims,
      count(*) FILTER (WHERE phone_status = 'FAILED')::int AS failed
      FROM users LEFT JOIN phone_claims USING (phone_number)`);
    const { users, claims, failed } = rows[0];
    expect({ users, claims }).toEqual({ users: 3_000, claims: 3_000 - failed });
    expect(failed).toBeGreaterThan(0);
  });
});
