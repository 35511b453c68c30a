import { setImmediate as nextTurn } from 'node:timers/promises';
import { expect, test } from '@jest/globals';
import { bytesPass } from './passing-bytes.ts';

const mebibyte = 1024 * 1024;

test('of all the pieces that pass, few stay in memory', async () => {
  const before = process.memoryUsage().arrayBuffers;
  let atMost = 0;
  for (let passed = 0; passed < 200 * mebibyte; passed += 64 * 1024) {
    bytesPass(Buffer.allocUnsafeSlow(64 * 1024).length);
    if (passed % mebibyte === 0) await nextTurn();
    atMost = Math.max(atMost, process.memoryUsage().arrayBuffers - before);
  }
  expect(atMost).toBeLessThan(24 * mebibyte);
});
