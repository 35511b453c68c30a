import { startSchedule } from '@atrium/service-kit';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { type Harness, startHarness } from '../testing/harness.ts';

let harness: Harness;
beforeAll(async () => {
  harness = await startHarness({
    CLEAN_UP_EVERY_MS: '100',
    TOMBSTONE_LIFETIME_MS: '86400000',
    OUTBOX_MAX_AGE_MS: '60000',
  });
  await harness.startAnother();
});
afterAll(() => harness.close());

const rowsOf = async (query: string) => (await harness.sql<{ what: string }>(query)).map(({ what }) => what);
async function until(condition: () => Promise<boolean>): Promise<void> {
  while (!(await condition()));
}

test('two processes purge what has expired, however much, and nothing else', async () => {
  await harness.sql(`
    INSERT INTO idempotency_keys (client_id, key_hash, user_id, expires_at)
    SELECT 'c', 'expired ' || n, gen_random_uuid(), now() - interval '1 second' FROM generate_series(1, 12000) AS n
    UNION ALL SELECT 'c', 'living', gen_random_uuid(), now() + interval '1 hour'`);
  await harness.sql(`
    INSERT INTO deleted_users (id, version, client_id, deleted_at)
    SELECT gen_random_uuid(), 2, 'old', now() - interval '25 hours' FROM generate_series(1, 12000)
    UNION ALL SELECT gen_random_uuid(), 2, 'recent', now() - interval '23 hours'`);
  await until(async () => (await rowsOf('SELECT key_hash AS what FROM idempotency_keys')).length === 1);
  await until(async () => (await rowsOf('SELECT client_id AS what FROM deleted_users')).length === 1);
  expect(await rowsOf('SELECT key_hash AS what FROM idempotency_keys')).toEqual(['living']);
  expect(await rowsOf('SELECT client_id AS what FROM deleted_users')).toEqual(['recent']);
});

test('what waits too long is laid aside, that of a subscriber whom no setting names any more as well', async () => {
  await harness.sql(`
    INSERT INTO outbox (id, destination, type, user_id, version, client_id, queued_at, due_at)
    SELECT gen_random_uuid(), 'former', 'user.updated', gen_random_uuid(), 2, age, now() - age::interval, now()
    FROM unnest(ARRAY['59 seconds', '61 seconds']) AS age`);
  await until(async () => (await rowsOf('SELECT client_id AS what FROM dead_letters')).length > 0);
  expect(await rowsOf('SELECT client_id AS what FROM dead_letters')).toEqual(['61 seconds']);
});

test('a task that fails is tried again, and does not keep others from theirs', async () => {
  const faults: string[] = [];
  const done = { failing: 0, other: 0 };
  const schedule = startSchedule(
    [
      {
        name: 'failing',
        everyMs: 1,
        run: async () => {
          done.failing += 1;
          throw new Error('no');
        },
      },
      { name: 'other', everyMs: 1, run: async () => (done.other++ % 3 === 0 ? 1 : 0) },
    ],
    (task) => faults.push(task),
  );
  await until(async () => {
    await new Promise(setImmediate);
    return done.failing > 2 && done.other > 5;
  });
  await schedule.close();
  expect(new Set(faults)).toEqual(new Set(['failing']));
});
