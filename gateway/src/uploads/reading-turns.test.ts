import { waitUntil } from '@atrium/service-kit/testing/wait-until';
import { expect, test } from '@jest/globals';
import { ReadingTurns } from './reading-turns.ts';

/** Takes places for uploads of which `speed` says how much more there is at each look. */
function uploads(turns: ReadingTurns, count: number, speed: number) {
  return Array.from({ length: count }, () => {
    const upload = { hasBegun: false, giveUp: () => {} };
    let bytes = 0;
    upload.giveUp = turns.take({
      begin: () => {
        upload.hasBegun = true;
      },
      bytes: () => {
        bytes += speed;
        return bytes;
      },
    });
    return upload;
  });
}
const begun = (all: { hasBegun: boolean }[]) => all.filter(({ hasBegun }) => hasBegun).length;

test('sixteen fast uploads are read at once, and the next when one has ended, in their order', async () => {
  const turns = new ReadingTurns();
  const all = uploads(turns, 20, 1e9);
  expect(begun(all)).toBe(16);
  all[3]?.giveUp();
  all[3]?.giveUp();
  expect([begun(all), all[16]?.hasBegun]).toEqual([17, true]);
  // Who waits and goes away takes nobody's turn.
  all[17]?.giveUp();
  all[0]?.giveUp();
  expect([all[17]?.hasBegun, all[18]?.hasBegun, all[19]?.hasBegun]).toEqual([false, true, false]);
  for (const upload of all) upload.giveUp();
});

test('nobody waits for slow ones', async () => {
  const turns = new ReadingTurns();
  const fast = uploads(turns, 8, 1e9);
  const slow = uploads(turns, 100, 1_000);
  const last = uploads(turns, 12, 1e9);
  expect([begun(fast), begun(slow)]).toEqual([8, 8]);
  await waitUntil(() => begun(slow) === 100 && begun(last) === 8);
  for (const upload of fast) upload.giveUp();
  expect(begun(last)).toBe(12);
});
