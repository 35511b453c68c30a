import { expect, test } from '@jest/globals';
import { CallerShare } from './caller-share.ts';

const idle = () => new Promise((resolve) => setTimeout(resolve, 60));

/** Keeps the event loop busy for a while, turn after turn. */
async function busy(): Promise<void> {
  const end = performance.now() + 60;
  while (performance.now() < end) {
    const turn = performance.now() + 5;
    while (performance.now() < turn);
    await new Promise((resolve) => setImmediate(resolve));
  }
}

test('a share grows to its most while the event loop has time, and shrinks to its least while it has none', async () => {
  const share = new CallerShare({ least: 2, most: 5 });
  expect(share.current).toBe(2);
  share.watch();
  for (let turn = 0; turn < 6; turn++) {
    await idle();
    share.adjust();
  }
  expect(share.current).toBe(5);
  for (let turn = 0; turn < 6; turn++) {
    await busy();
    share.adjust();
  }
  expect(share.current).toBe(2);
});

test('a share whose least is above its most does not move', async () => {
  const share = new CallerShare({ least: 8, most: 3 });
  share.watch();
  await idle();
  share.adjust();
  expect(share.current).toBe(3);
});
