import { setTimeout as pause } from 'node:timers/promises';
import { expect, test } from '@jest/globals';
import { returnMemoryAtRest } from './memory-at-rest.ts';

const mebibyte = 1024 * 1024;

test('garbage of a rush is given back once the process is at rest, and what is in use stays', async () => {
  const stop = returnMemoryAtRest(500);
  const before = process.memoryUsage().heapTotal;
  let rush: object[] = Array.from({ length: 1_000_000 }, (_, index) => ({ index, twice: [index, index] }));
  const kept = rush.slice(0, 1_000);
  const atMost = process.memoryUsage().heapTotal;
  expect(atMost - before).toBeGreaterThan(60 * mebibyte);
  rush = [];

  // Looked at rarely: to look is work, and a process at work is not at rest.
  while (process.memoryUsage().heapTotal > before + (atMost - before) / 3) await pause(250);
  expect(kept[999]).toEqual({ index: 999, twice: [999, 999] });
  stop();
}, 30_000);
