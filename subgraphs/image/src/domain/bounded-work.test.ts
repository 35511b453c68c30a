import { expect, test } from '@jest/globals';
import { createBoundedWork } from './bounded-work.ts';

test('never more than allowed run at once, the line is served in order, and who finds it full is told so', async () => {
  const inTurn = createBoundedWork({ running: 2, waiting: 2 });
  const gate = Promise.withResolvers<void>();
  const begun: number[] = [];
  let running = 0;
  let most = 0;
  const results = [0, 1, 2, 3, 4].map((number) =>
    inTurn(async () => {
      begun.push(number);
      most = Math.max(most, ++running);
      await gate.promise;
      running--;
      if (number === 1) throw new Error('broken');
      return number;
    }),
  );
  const settled = Promise.allSettled(results);
  await expect(results[4]).rejects.toMatchObject({ code: 'OVERLOADED', retryAfterMs: 1_000 });
  gate.resolve();
  expect((await settled).map(({ status }) => status)).toEqual([
    'fulfilled',
    'rejected',
    'fulfilled',
    'fulfilled',
    'rejected',
  ]);
  expect([begun, most]).toEqual([[0, 1, 2, 3], 2]);
  expect(await inTurn(async () => 'free again')).toBe('free again');
});
