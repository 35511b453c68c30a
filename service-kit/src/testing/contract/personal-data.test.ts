import { expect, test } from '@jest/globals';
import { holdsPersonalData } from './personal-data.ts';

test.each([
  '+919876543210',
  '+91 98765-43210',
  '+44 (20) 7946 0958',
  '098765 43210',
  '9876543210',
  '098765-43210',
  'asha@example.com',
  'asha.rao@mail.example.co.in',
])('%s is seen in a line of a log', (told) => {
  expect(holdsPersonalData(`{"level":"info","msg":"sent to ${told}"}`)).toBe(true);
  expect(holdsPersonalData(`{"level":"info","to":"${told}"}`)).toBe(true);
});

test.each([
  '{"time":"2026-11-24T09:30:00.000Z","requestId":"01234567-8901-7234-8567-890123456789","durationMs":1234567890.5}',
  '{"traceparent":"00-01234567890123456789012345678901-0123456789012345-01","status":200}',
  '{"messageId":"0193c9a0-7b6e-7c52-9f0a-5d4f7f3a2b10","outcome":"sent"}',
  '{"at":["at run (file:///work/node_modules/@scope/server/main.js:1234:56789)"],"port":54321}',
])('%s tells of nobody', (line) => {
  expect(holdsPersonalData(line)).toBe(false);
});
