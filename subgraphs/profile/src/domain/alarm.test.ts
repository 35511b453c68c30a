import { expect, test } from '@jest/globals';
import { createAlarm } from './alarm.ts';

// What is not rung lasts longer than a test may.
const never = 600_000;

test('a wake that comes before the ring is not lost, and rings once', async () => {
  const alarm = createAlarm();
  alarm.wake();
  alarm.wake();
  await alarm.ring(never);
  const second = alarm.ring(never);
  expect(await Promise.race([second, 'still waiting'])).toBe('still waiting');
  alarm.wake();
  await second;
});

test('a call that comes before the rest is not lost', async () => {
  const alarm = createAlarm();
  alarm.wakeFromRest();
  await alarm.rest(never);
});

test('a rest is ended by a call and not by a wake, which rings afterwards', async () => {
  const alarm = createAlarm();
  const rest = alarm.rest(never);
  alarm.wake();
  expect(await Promise.race([rest, 'still resting'])).toBe('still resting');
  alarm.wakeFromRest();
  await rest;
  await alarm.ring(never);
});

test('a call that a round has answered ends no later rest', async () => {
  const alarm = createAlarm();
  alarm.wakeFromRest();
  await alarm.ring(never);
  expect(await Promise.race([alarm.rest(never), 'still resting'])).toBe('still resting');
  alarm.wakeFromRest();
});
