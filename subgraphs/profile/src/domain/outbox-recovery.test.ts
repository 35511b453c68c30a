import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { createdUser, mutate } from '../testing/flows.ts';
import { type Harness, startHarness } from '../testing/harness.ts';
import { type Receiver, startReceiver } from '../testing/receiver.ts';

let harness: Harness;
let receiver: Receiver;
beforeAll(async () => {
  receiver = await startReceiver();
  harness = await startHarness({
    EVENT_SUBSCRIBERS: `bridge=${receiver.url}`,
    // Longer than a test may take: what waits through an outage is delivered by a wake-up or not at all.
    OUTBOX_POLL_MS: '600000',
    OUTBOX_MAX_BACKOFF_MS: '600000',
    BREAKER_FAILURES: '1',
    BREAKER_PROBE_MS: '20',
  });
});
afterAll(async () => {
  await harness.close();
  await receiver.stop();
});

/** How often the subscriber was tried: while it is away, with one record at a time. */
const tries = async () => {
  const [row] = await harness.sql<{ tries: number }>(
    "SELECT sum(attempts)::int AS tries FROM outbox WHERE destination = 'bridge'",
  );
  return row?.tries ?? 0;
};
async function until(condition: () => boolean | Promise<boolean>): Promise<void> {
  while (!(await condition())) await new Promise(setImmediate);
}

test('a change is told without waiting for the next look', async () => {
  const { id } = await createdUser(harness);
  await until(() => receiver.inbox.some(({ subject }) => subject === id));
});

test('a subscriber that answers again is told of all that waits, however long the pause would have been', async () => {
  await receiver.stop();
  const users = [await createdUser(harness)];
  // By then the pause before the next try is of 4 s and more.
  await until(async () => (await tries()) >= 5);
  for (let count = 0; count < 20; count++) users.push(await createdUser(harness));
  for (const { id } of users) await mutate(harness, 'updateUser', { id, name: 'Asha' });
  // Changes that come meanwhile do not knock at a closed door.
  expect(await tries()).toBeLessThan(10);
  await receiver.start();
  const startedAt = performance.now();
  await until(() => receiver.inbox.filter(({ type }) => type === 'user.updated').length === users.length);
  // What is promised is a time: once a subscriber is back, what waits for it is told within moments.
  expect(performance.now() - startedAt).toBeLessThan(2_000);
  expect(receiver.duplicates).toEqual([]);
}, 30_000);
