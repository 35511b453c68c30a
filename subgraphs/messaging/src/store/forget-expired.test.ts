import { createTestDatabase } from '@atrium/stack';
import { expect, test } from '@jest/globals';
import { openDatabase } from './database.ts';
import { forgetExpired } from './forget-expired.ts';

test('two processes forget the events that no sender repeats any more, however many, and no others', async () => {
  const server = await createTestDatabase('messaging');
  const databases = [openDatabase(server.url, 2), openDatabase(server.url, 2)] as const;
  const [database] = databases;
  try {
    await database.$executeRaw`
      INSERT INTO taken_events (source, id, taken_at)
      SELECT '/profile', 'old ' || n, now() - interval '31 days' FROM generate_series(1, 12000) AS n
      UNION ALL SELECT '/profile', 'recent', now() - interval '29 days'`;
    await Promise.all(databases.map(forgetExpired));
    expect(await database.takenEvent.findMany({ select: { id: true } })).toEqual([{ id: 'recent' }]);
  } finally {
    await Promise.all(databases.map((each) => each.$disconnect()));
    await server.stop();
  }
});

test('numbers that were denied for a time are forgotten after it', async () => {
  const server = await createTestDatabase('messaging');
  const database = openDatabase(server.url, 2);
  try {
    await database.$executeRaw`
      INSERT INTO denied_numbers (number_hash, reason, expires_at)
      VALUES ('\\x01', 'over', now() - interval '1 second'), ('\\x02', 'not yet', now() + interval '1 hour'),
        ('\\x03', 'for ever', NULL)`;
    await forgetExpired(database);
    const left = await database.deniedNumber.findMany({ select: { reason: true }, orderBy: { numberHash: 'asc' } });
    expect(left).toEqual([{ reason: 'not yet' }, { reason: 'for ever' }]);
  } finally {
    await database.$disconnect();
    await server.stop();
  }
});
