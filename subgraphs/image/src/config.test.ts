import { readSettings } from '@atrium/service-kit';
import { expect, test } from '@jest/globals';
import { settings } from './config.ts';

test('by default a slow address is told before the gateway, which gives a call 5 s, gives up', () => {
  expect(Number(settings.urlTimeoutMs.fallback)).toBeLessThan((5_000 * 2) / 3);
});

test('by default a file may take as long to arrive as the gateway gives an upload: 60 s', () => {
  expect(Number(settings.requestBudgetMs.fallback)).toBeGreaterThanOrEqual(60_000);
});

test('variants have a folder of the service’s own, in whatever store the pictures are', () => {
  for (const store of ['folder', 's3']) {
    expect(() => readSettings(settings, { IMAGE_STORE: store })).toThrow(/^IMAGE_DIR: /m);
  }
});
