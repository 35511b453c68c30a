import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { type RunningMessaging, startRunningMessaging } from './testing/running-messaging.ts';
import { waitFor } from './testing/wait-for.ts';

let messaging: RunningMessaging;
beforeAll(async () => {
  messaging = await startRunningMessaging();
});
afterAll(() => messaging.close());

test('what is tidied once an hour: dead codes, texts that failed long ago, what is remembered no longer', async () => {
  const { query } = messaging.database;
  await query(`
    INSERT INTO challenges (id, user_id, purpose, bound_to, recipient_hash, code_hash, key_id, created_at, expires_at)
    VALUES (gen_random_uuid(), gen_random_uuid(), 'LOGIN', 'client', '\\x01', '\\x02', 'key', now() - interval '2 days',
      now() - interval '2 days' + interval '10 minutes')`);
  await query(`
    INSERT INTO messages (id, user_id, operation, channel, recipient, locale, status, sealed, failed_at)
    VALUES (gen_random_uuid(), gen_random_uuid(), 'WELCOME', 'SMS', '+91******0001', 'en', 'FAILED', '\\x01', now() - interval '8 days')`);
  await query("INSERT INTO taken_events (source, id, taken_at) VALUES ('/profile', 'old', now() - interval '31 days')");
  await query("SELECT graphile_worker.add_job('tidy')");
  const left = () =>
    query<{ codes: number; texts: number; events: number }>(
      `SELECT (SELECT count(code_hash)::int FROM challenges) AS codes, (SELECT count(sealed)::int FROM messages) AS texts,
         (SELECT count(*)::int FROM taken_events) AS events`,
    );
  await waitFor('all is tidy', async () => {
    const [row] = await left();
    return row !== undefined && row.codes + row.texts + row.events === 0;
  });
  expect(await left()).toEqual([{ codes: 0, texts: 0, events: 0 }]);
});
