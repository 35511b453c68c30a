// BullMQ on PostgreSQL as its guide uses it: `fill` puts empty jobs into the queue, `work` works them.
import { createPostgresBackend, Queue, Worker } from 'bullmq';

process.on('disconnect', () => process.exit());
process.once('message', async ({ databaseUrl, count, fill }) => {
  const options = { connection: { connectionString: databaseUrl, migrate: true } };
  if (fill) {
    const queue = new Queue('empty', options, createPostgresBackend);
    for (let left = count; left > 0; left -= 1_000) {
      await queue.addBulk(Array.from({ length: Math.min(left, 1_000) }, () => ({ name: 'empty', data: {} })));
    }
    process.send('filled');
    return;
  }
  let handled = 0;
  const worker = new Worker('empty', async () => {}, { ...options, concurrency: 50 }, createPostgresBackend);
  worker.on('error', console.error);
  worker.on('completed', () => {
    handled += 1;
    if (handled === count) process.send('handled');
  });
});
process.send('ready');
