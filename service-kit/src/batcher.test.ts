import { expect, test } from '@jest/globals';
import { createBatcher } from './batcher.ts';

test('calls of one tick leave in one flush, and each gets its own result', async () => {
  const flushed: number[][] = [];
  const double = createBatcher<number, number>(
    async (items) => {
      flushed.push(items);
      return items.map((item) => item * 2);
    },
    { maxSize: 100 },
  );
  expect(await Promise.all([1, 2, 3].map(double))).toEqual([2, 4, 6]);
  expect(flushed).toEqual([[1, 2, 3]]);
});

test('what arrives during a flush leaves together afterwards', async () => {
  const flushed: number[][] = [];
  let release = () => {};
  const first = new Promise<void>((resolve) => {
    release = resolve;
  });
  const add = createBatcher<number, number>(
    async (items) => {
      flushed.push(items);
      if (flushed.length === 1) await first;
      return items;
    },
    { maxSize: 100 },
  );
  const one = add(1);
  await new Promise(setImmediate);
  const others = [add(2), add(3)];
  release();
  await Promise.all([one, ...others]);
  expect(flushed).toEqual([[1], [2, 3]]);
});

test('an item that fails does not fail its neighbours', async () => {
  const add = createBatcher<number, number>(
    async (items) => items.map((item) => (item === 2 ? new Error('no') : item)),
    { maxSize: 100 },
  );
  const results = await Promise.allSettled([1, 2, 3].map(add));
  expect(results.map(({ status }) => status)).toEqual(['fulfilled', 'rejected', 'fulfilled']);
});

test('a flush that fails rejects its batch, and the next one goes on', async () => {
  let calls = 0;
  const add = createBatcher<number, number>(
    async (items) => {
      if (++calls === 1) throw new Error('down');
      return items;
    },
    { maxSize: 2 },
  );
  const results = await Promise.allSettled([1, 2, 3].map(add));
  expect(results.map(({ status }) => status)).toEqual(['rejected', 'rejected', 'fulfilled']);
});

test('a batch never exceeds its size', async () => {
  const sizes: number[] = [];
  const add = createBatcher<number, number>(
    async (items) => {
      sizes.push(items.length);
      return items;
    },
    { maxSize: 4 },
  );
  await Promise.all([1, 2, 3, 4, 5, 6, 7, 8, 9].map(add));
  expect(sizes).toEqual([4, 4, 1]);
});

test('who comes past the bound is told OVERLOADED at once, and when to come back; whoever waits is served', async () => {
  const add = createBatcher<number, number>(async (items) => items, { maxSize: 2, maxWaiting: 3 });
  const results = await Promise.allSettled([1, 2, 3, 4, 5].map(add));
  expect(results.map(({ status }) => status)).toEqual(['fulfilled', 'fulfilled', 'fulfilled', 'rejected', 'rejected']);
  expect(results[3]).toMatchObject({ reason: { code: 'OVERLOADED', retryAfterMs: 1_000 } });
  expect([add.hasRoomFor(3), add.hasRoomFor(4)]).toEqual([true, false]);
});
