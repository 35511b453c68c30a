import { createTestDatabase } from '@atrium/stack';
import { expect, test } from '@jest/globals';
import { openDatabase } from './database.ts';
import { forgetLapsed } from './erasure.ts';

test('two processes forget the events that no sender repeats any more, however many, and no others', async () => {
  const server = await createTestDatabase('image');
  const databases = [openDatabase(server.url, 2), openDatabase(server.url, 2)] as const;
  const [database] = databases;
  try {
    await database.$executeRaw`
      INSERT INTO inbox_events (source, id, received_at)
      SELECT '/profile', 'old ' || n, now() - interval '31 days' FROM generate_series(1, 12000) AS n
      UNION ALL SELECT '/profile', 'recent', now() - interval '29 days'`;
    await Promise.all(databases.map(forgetLapsed));
    expect(await database.inboxEvent.findMany({ select: { id: true } })).toEqual([{ id: 'recent' }]);
  } finally {
    await Promise.all(databases.map((each) => each.$disconnect()));
    await server.stop();
  }
});
