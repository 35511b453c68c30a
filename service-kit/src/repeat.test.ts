import { expect, test } from '@jest/globals';
import { repeat } from './repeat.ts';

test('work is repeated, never twice at once, and also after a fault; to stop waits for what is under way', async () => {
  let running = 0;
  let done = 0;
  const faults: unknown[] = [];
  await new Promise<void>((resolve) => {
    const repetition = repeat(
      1,
      async () => {
        expect(++running).toBe(1);
        await new Promise((settle) => setTimeout(settle, 5));
        running -= 1;
        done += 1;
        if (done === 1) throw new Error('a fault');
        if (done === 3) {
          void repetition.stop().then(resolve);
        }
      },
      (error) => faults.push(error),
    );
  });
  expect(running).toBe(0);
  expect(done).toBe(3);
  expect(faults).toEqual([new Error('a fault')]);
});
