import { describe, expect, test } from '@jest/globals';
import type { MessageChannel } from './message.ts';
import { createQuietHours, type DayPart } from './quiet-hours.ts';

const night: DayPart = { from: 21 * 60, to: 8 * 60 };
const hourMs = 3_600_000;

function ask(
  to: string,
  now: string,
  over: {
    operation?: string;
    urgent?: boolean;
    channel?: MessageChannel;
    own?: [string, DayPart | null];
    usual?: DayPart;
  } = {},
): number {
  const { operation = 'NEWS', urgent = false, channel = 'SMS', own, usual = night } = over;
  const quietHours = createQuietHours({
    usual,
    byCountry: new Map(own ? [own] : []),
    criticalOperations: new Set(['PHONE_CHANGED']),
  });
  return quietHours({ operation, urgent, channel, now: new Date(now) }, to) / hourMs;
}

const inIndia = '+919876543210';
const inTheStates = '+12015550123';

describe('quiet hours', () => {
  test('an SMS that can wait does so until it is morning where the number belongs', () => {
    // India is five and a half hours ahead.
    expect(ask(inIndia, '2026-11-24T15:29:59Z')).toBe(0);
    expect(ask(inIndia, '2026-11-24T15:30:00Z')).toBe(11);
    expect(ask(inIndia, '2026-11-24T20:30:00Z')).toBe(6);
    expect(ask(inIndia, '2026-11-25T02:29:30Z')).toBe(0.5 / 60);
    expect(ask(inIndia, '2026-11-25T02:30:00Z')).toBe(0);
  });

  test('codes, critical operations and e-mail are sent at any hour', () => {
    const atNight = '2026-11-24T20:30:00Z';
    expect(ask(inIndia, atNight, { urgent: true })).toBe(0);
    expect(ask(inIndia, atNight, { operation: 'PHONE_CHANGED' })).toBe(0);
    expect(ask('asha@example.com', atNight, { channel: 'EMAIL' })).toBe(0);
  });

  test('a country may have hours of its own, or none', () => {
    const late = '2026-11-24T03:00:00Z';
    expect(ask(inIndia, late)).toBe(0);
    expect(ask(inIndia, late, { own: ['IN', { from: night.from, to: 10 * 60 }] })).toBe(1.5);
    expect(ask(inIndia, '2026-11-24T20:30:00Z', { own: ['IN', null] })).toBe(0);
  });

  test('a country with several time zones is quiet while any of them is', () => {
    // Noon in New York is seven in the morning in Honolulu; at one it is eight.
    expect(ask(inTheStates, '2026-11-24T17:00:00Z')).toBe(1);
    expect(ask(inTheStates, '2026-11-24T18:00:00Z')).toBe(0);
    // Nine in the evening in New York.
    expect(ask(inTheStates, '2026-11-25T02:00:00Z')).toBe(16);
  });

  test('where its zones leave no hour, most of them count', () => {
    // Awake from nine to ten: at no moment in all zones.
    const usual = { from: 10 * 60, to: 9 * 60 };
    const wait = ask(inTheStates, '2026-11-24T06:00:00Z', { usual });
    expect(wait).toBeGreaterThan(0);
    expect(wait).toBeLessThan(24);
  });

  test('a number of no country is never quiet, and one of Kosovo is by the clock of its zone', () => {
    expect(ask('+88216123456', '2026-11-24T23:00:00Z')).toBe(0);
    expect(ask('+38343201234', '2026-11-24T23:00:00Z')).toBe(8);
  });
});
