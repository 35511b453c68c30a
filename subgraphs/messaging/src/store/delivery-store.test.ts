import { afterAll, beforeAll, expect, test } from '@jest/globals';
import type { DeliveryStore } from '../domain/ports.ts';
import { type MessageQueue, startMessageQueue } from '../testing/queued-messages.ts';
import { createDeliveryStore } from './delivery-store.ts';

let messages: MessageQueue;
/** As two workers have them. */
let first: DeliveryStore;
let second: DeliveryStore;
beforeAll(async () => {
  messages = await startMessageQueue();
  first = createDeliveryStore(messages.client);
  second = createDeliveryStore(messages.client);
});
afterAll(() => messages.close());

async function queueOne(): Promise<{ id: string; attempts: number }> {
  const [id = ''] = await messages.queue([{}]);
  return { id, attempts: 0 };
}

test('of two workers that found the same message one takes it on', async () => {
  const found = await queueOne();
  const held = await Promise.all([first.claim(found, 'a'), second.claim(found, 'b')]);
  expect(held.filter(Boolean)).toEqual([{ id: found.id, attempts: 1 }]);
  expect(await messages.rowOf(found.id)).toMatchObject({ status: 'SENDING', attempts: 1 });
});

test('a worker whose message another one has taken on since overrules nothing', async () => {
  const { id, attempts } = await queueOne();
  const stale = (await first.claim({ id, attempts }, 'a')) ?? { id, attempts };
  await second.claim(stale, 'b');
  await first.recordFailed(stale, 'too late');
  await first.recordSuppressed(stale);
  await first.putOff(stale, 1_000);
  expect(await messages.rowOf(id)).toMatchObject({ status: 'SENDING', attempts: 2, provider: 'b', failure: null });
  // That somebody took it is true whoever says so.
  await first.recordSent(id, 'a', 'id of a');
  expect(await messages.rowOf(id)).toMatchObject({ status: 'SENT', provider: 'a', sealed: null });
});
