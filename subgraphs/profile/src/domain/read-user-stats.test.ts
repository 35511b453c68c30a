import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { createdUser } from '../testing/flows.ts';
import { type ClientOptions, type Harness, startHarness } from '../testing/harness.ts';

let harness: Harness;
beforeAll(async () => {
  harness = await startHarness({ ROLL_UP_EVERY_MS: '20' });
});
afterAll(() => harness.close());

const document = `query ($from: DateTime!, $to: DateTime!) {
  userStats(from: $from, to: $to) { date country created verified deleted }
}`;
const ask = (from: unknown, to: unknown, options?: ClientOptions) =>
  harness.ask<{ userStats: object[] | null }>(document, { from, to }, options);

test('today is counted as far as it has come, before and after the roll-up', async () => {
  const [first] = await harness.sql<{ day: string }>("SELECT (now() AT TIME ZONE 'UTC')::date::text AS day");
  const day = first?.day ?? '';
  const from = `${day}T00:00:00Z`;
  const to = new Date(Date.parse(from) + 86_400_000).toISOString();
  await createdUser(harness, { country: 'IN' });
  const expected = { data: { userStats: [{ date: day, country: 'IN', created: 1, verified: 0, deleted: 0 }] } };
  expect(await ask(from, to)).toEqual(expected);
  while ((await harness.sql('SELECT 1 FROM user_stat_changes')).length > 0);
  expect(await ask(from, to)).toEqual(expected);
  // A part of a day stands for all of it, in whatever offset it is told.
  const noon = Date.parse(from) + 43_200_000;
  const inDelhi = (time: number) => `${new Date(time + 19_800_000).toISOString().slice(0, 19)}+05:30`;
  expect(await ask(inDelhi(noon), inDelhi(noon + 1_000))).toEqual(expected);
  expect(await ask(to, new Date(Date.parse(to) + 1).toISOString())).toEqual({ data: { userStats: [] } });
});

test.each([
  ['2026-11-24T00:00:00Z', '2026-11-24T00:00:00Z', 'to must be later than from'],
  ['2026-11-25T00:00:00Z', '2026-11-24T00:00:00Z', 'to must be later than from'],
  ['2025-01-01T00:00:00Z', '2026-01-02T00:00:00.001Z', 'more than 366 days'],
])('from %j to %j is BAD_USER_INPUT and says what to do', async (from, to, message) => {
  const answer = await ask(from, to);
  expect(answer.data).toEqual({ userStats: null });
  expect(answer.errors).toMatchObject([
    { message: expect.stringContaining(message), extensions: { code: 'BAD_USER_INPUT' } },
  ]);
});

test.each(['2026-11-24', '2026-11-24T00:00:00', '2026-02-30T00:00:00Z', 'yesterday', 'a\u0000b', 7, {}, []])(
  '%j is no DateTime, which is BAD_USER_INPUT',
  async (value) => {
    for (const [from, to] of [
      [value, '2026-11-25T00:00:00Z'],
      ['2026-11-24T00:00:00Z', value],
    ]) {
      const answer = await ask(from, to);
      expect(answer.data).toBeUndefined();
      expect(answer.errors?.map(({ extensions }) => extensions.code)).toEqual(['BAD_USER_INPUT']);
    }
  },
);

test('366 days are few enough, in any year', async () => {
  for (const [from, to] of [
    ['2024-01-01T00:00:00Z', '2025-01-01T00:00:00Z'],
    ['0001-01-01T00:00:00Z', '0001-12-31T00:00:00Z'],
    ['9999-01-01T00:00:00Z', '9999-12-31T23:59:59Z'],
  ]) {
    expect(await ask(from, to)).toEqual({ data: { userStats: [] } });
  }
});

test('the counts need profile:read', async () => {
  const answer = await ask('2026-11-24T00:00:00Z', '2026-11-25T00:00:00Z', { scopes: ['profile:write'] });
  expect(answer.errors?.map(({ extensions }) => extensions.code)).toEqual(['UNAUTHORIZED_FIELD_OR_TYPE']);
});
