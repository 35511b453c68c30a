import { ServiceUnavailable, timedOut, UnusableAnswer } from '@atrium/service-kit';
import { expect, test } from '@jest/globals';
import { aloneAfterTries, deliverEventsTo } from './deliver-outbox.ts';
import type { OutboxRecord } from './outbox-record.ts';
import type { OutboxStore } from './ports.ts';

/** What a sister answers that is there and cannot take what it is offered. */
const refusal = new UnusableAnswer({ status: 500, body: '' }, undefined);

function records(attempts: number): OutboxRecord[] {
  return ['a', 'bad', 'b'].map((id) => ({
    id,
    destination: 'image',
    type: 'user.deleted',
    userId: id,
    version: 2,
    clientId: 'c',
    createdAt: new Date(0),
    attempts,
  }));
}

/** Offers records to a sister that cannot take `bad`, or to one that does not answer. */
async function offer(attempts: number, error: Error, refuses = (id: string): boolean => id === 'bad') {
  const removed: string[] = [];
  let offers = 0;
  const outbox: OutboxStore = {
    lease: async () => [],
    postpone: async () => {},
    remove: async (taken) => {
      removed.push(...taken.map(({ id }) => id));
    },
  };
  const deliver = deliverEventsTo(outbox, async (batch) => {
    offers += 1;
    if (batch.some(({ id }) => refuses(id))) throw error;
  });
  const { failed } = await deliver(records(attempts));
  return { failed: failed.map(({ id }) => id), removed, offers };
}

test('after some tries a record that is refused no longer holds up those that travel with it', async () => {
  const unavailable = new ServiceUnavailable('image', refusal);
  expect(await offer(1, unavailable)).toEqual({ failed: ['a', 'bad', 'b'], removed: [], offers: 1 });
  expect(await offer(4, unavailable)).toEqual({ failed: ['bad'], removed: ['a', 'b'], offers: 4 });
});

test('a sister that does not answer is not asked again for each record', async () => {
  expect(await offer(9, timedOut(), () => true)).toMatchObject({ offers: 1, removed: [] });
  expect(await offer(9, new ServiceUnavailable('image'), () => true)).toMatchObject({ offers: 1, removed: [] });
});

test('only what failed together is offered again alone', async () => {
  const offered: string[][] = [];
  const deliver = aloneAfterTries(async (batch) => {
    offered.push(batch.map(({ id }) => id));
    const failed = batch.filter(({ id }) => id === 'bad' || (id === 'b' && batch.length > 1));
    return failed.length > 0 ? { failed, reason: new ServiceUnavailable('messaging', refusal) } : { failed };
  });
  expect((await deliver(records(4))).failed.map(({ id }) => id)).toEqual(['bad']);
  expect(offered).toEqual([['a', 'bad', 'b'], ['bad'], ['b']]);
});

test('a sister that goes away while records are offered alone is not waited for with each of them', async () => {
  const offered: string[][] = [];
  const deliver = aloneAfterTries(async (batch) => {
    offered.push(batch.map(({ id }) => id));
    const reason = batch.length > 1 ? new ServiceUnavailable('messaging', refusal) : timedOut();
    return { failed: batch, reason };
  });
  expect((await deliver(records(4))).failed.map(({ id }) => id)).toEqual(['a', 'bad', 'b']);
  expect(offered).toEqual([['a', 'bad', 'b'], ['a']]);
});
