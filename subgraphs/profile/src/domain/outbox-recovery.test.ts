import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { rightCode } from '../testing/fake-sister.ts';
import { createdUser, freshNumber, mutate } from '../testing/flows.ts';
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

const told = (type: string, id: string) =>
  until(() => receiver.inbox.some((event) => event.type === type && event.subject === id));

// A change that nobody is woken for would be told after ten minutes.
test('each change is told without waiting for the next look', async () => {
  const { id } = await createdUser(harness);
  await told('user.created', id);
  await mutate(harness, 'updateUser', { id, name: 'Asha' });
  await told('user.updated', id);
  await mutate(harness, 'verifyPhone', { userId: id, code: rightCode });
  await told('user.verified', id);
  const tellsOfUpdates = () => receiver.inbox.filter((event) => event.type === 'user.updated' && event.subject === id);
  const before = tellsOfUpdates().length;
  await mutate(harness, 'changePhoneNumber', { userId: id, phoneNumber: freshNumber() });
  await mutate(harness, 'verifyPhone', { userId: id, code: rightCode });
  await until(() => tellsOfUpdates().length > before);
  await harness.ask('mutation ($input: DeleteUserInput!) { deleteUser(input: $input) { deletedUserId } }', {
    input: { id },
  });
  await told('user.deleted', id);
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
  for (const { id } of users) await told('user.updated', id);
  // What is promised is a time: once a subscriber is back, what waits for it is told within moments.
  expect(performance.now() - startedAt).toBeLessThan(2_000);
  expect(receiver.duplicates).toEqual([]);
}, 30_000);
