import { createTestDatabase } from '@atrium/stack';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import type { BreakerEvent } from '../domain/send-breaker.ts';
import { recordBreakerEvents, tellUntold } from './breaker-events.ts';
import { type Database, openDatabase } from './database.ts';

let server: Awaited<ReturnType<typeof createTestDatabase>>;
/** As two processes have them. */
let database: Database;
let other: Database;

beforeAll(async () => {
  server = await createTestDatabase('messaging');
  database = openDatabase(server.url, 4);
  other = openDatabase(server.url, 4);
});
afterAll(async () => {
  await Promise.all([database.$disconnect(), other.$disconnect()]);
  await server.stop();
});

const happened = (key: string, state: 'open' | 'closed') =>
  database.$transaction((tx) =>
    recordBreakerEvents(tx, [{ kind: 'prefix', key, state, baseline: 0.8, sent: 20, verified: 0 }]),
  );
const namesOf = (events: BreakerEvent[]) => events.map(({ key, state }) => `${key} ${state}`);

/** Delivers to a subscriber that does not answer until it is let go. */
function hang() {
  let letGo: () => void = () => undefined;
  let asked: () => void = () => undefined;
  const held = new Promise<void>((resolve) => {
    letGo = resolve;
  });
  const begun = new Promise<void>((resolve) => {
    asked = resolve;
  });
  const told: string[] = [];
  const deliver = async (events: BreakerEvent[]): Promise<void> => {
    told.push(...namesOf(events));
    asked();
    await held;
  };
  return { deliver, begun, told, letGo: () => letGo() };
}

test('a subscriber that does not answer delays nobody else', async () => {
  await happened('+9198761', 'open');
  const slow = hang();
  const telling = tellUntold(database, 'slow', slow.deliver, 5_000);
  await slow.begun;
  const told: string[] = [];
  const count = await tellUntold(database, 'quick', async (events) => void told.push(...namesOf(events)), 5_000);
  slow.letGo();
  await telling;
  expect([count, told]).toEqual([1, ['+9198761 open']]);
});

test('what happens while one process tells a subscriber is not told before by another', async () => {
  await happened('+9198762', 'open');
  const slow = hang();
  const telling = tellUntold(database, 'pager', slow.deliver, 5_000);
  await slow.begun;
  await happened('+9198762', 'closed');
  const early: string[] = [];
  await tellUntold(other, 'pager', async (events) => void early.push(...namesOf(events)), 5_000);
  slow.letGo();
  await telling;
  const late: string[] = [];
  await tellUntold(other, 'pager', async (events) => void late.push(...namesOf(events)), 5_000);
  expect([slow.told.at(-1), early, late]).toEqual(['+9198762 open', [], ['+9198762 closed']]);
});
