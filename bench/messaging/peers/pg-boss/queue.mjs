// pg-boss as its guide uses it, with batches: `fill` puts empty jobs into the queue, `work` works them.
import { PgBoss } from 'pg-boss';

process.on('disconnect', () => process.exit());
process.once('message', async ({ databaseUrl, count, fill }) => {
  const boss = new PgBoss(databaseUrl);
  boss.on('error', console.error);
  await boss.start();
  await boss.createQueue('empty');
  if (fill) {
    for (let left = count; left > 0; left -= 1_000) {
      await boss.insert('empty', Array.from({ length: Math.min(left, 1_000) }, () => ({ data: {} })));
    }
    process.send('filled');
    return;
  }
  let handled = 0;
  const options = { batchSize: 200, pollingIntervalSeconds: 0.5 };
  for (let worker = 0; worker < 4; worker += 1) {
    await boss.work('empty', options, async (jobs) => {
      handled += jobs.length;
      if (handled === count) process.send('handled');
    });
  }
});
process.send('ready');
