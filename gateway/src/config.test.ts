import { expect, test } from '@jest/globals';
import { settings } from './config.ts';

test.each(['10.0.0.0/8', '127.0.0.1', '::1', 'fd00::/8, 10.0.0.1', ''])('proxies may be %p', (value) => {
  expect(settings.trustedProxies.schema.safeParse(value).success).toBe(true);
});

test.each(['10.0.0.0/33', 'example.com', '10.0.0.0/8/8', '::1/200', '1.2.3'])('proxies may not be %p', (value) => {
  expect(settings.trustedProxies.schema.safeParse(value).success).toBe(false);
});

test('web origins are origins and nothing more', () => {
  const origins = settings.corsOrigins.schema;
  expect(origins.safeParse('https://app.example,http://localhost:3000').data).toHaveLength(2);
  for (const value of ['https://app.example/', 'app.example', '*'])
    expect(origins.safeParse(value).success).toBe(false);
});
