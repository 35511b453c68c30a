import { createTestDatabase } from '@atrium/stack';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { type Database, openDatabase } from './database.ts';
import { forgetDeadCodes } from './forget-dead-codes.ts';

let server: Awaited<ReturnType<typeof createTestDatabase>>;
let database: Database;
beforeAll(async () => {
  server = await createTestDatabase('messaging');
  database = openDatabase(server.url, 2);
});
afterAll(async () => {
  await database.$disconnect();
  await server.stop();
});

test('a code that ended long ago leaves no hash, however many there are; that it was sent stays known', async () => {
  await database.$executeRaw`
    INSERT INTO challenges (id, user_id, purpose, bound_to, recipient_hash, code_hash, key_id, created_at, expires_at)
    SELECT gen_random_uuid(), gen_random_uuid(), purpose, 'client', '\\x01', '\\x02', 'key', now() - age, now() - age + life
    FROM (VALUES ('OLD', interval '2 hours', interval '10 minutes'), ('LATE', interval '2 hours', interval '90 minutes'),
      ('OPEN', interval '5 minutes', interval '10 minutes')) AS codes(purpose, age, life),
      generate_series(1, 2500)`;
  await forgetDeadCodes(database, 60 * 60 * 1_000);
  expect(
    await database.$queryRaw`
      SELECT purpose, count(*)::int AS codes, count(code_hash)::int AS hashes, count(key_id)::int AS keys
      FROM challenges GROUP BY purpose ORDER BY purpose`,
  ).toEqual([
    { purpose: 'LATE', codes: 2_500, hashes: 2_500, keys: 2_500 },
    { purpose: 'OLD', codes: 2_500, hashes: 0, keys: 0 },
    { purpose: 'OPEN', codes: 2_500, hashes: 2_500, keys: 2_500 },
  ]);
});
