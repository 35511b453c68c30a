import { afterAll, beforeAll, beforeEach, expect, test } from '@jest/globals';
import type { ProviderEvent } from '../domain/provider-event.ts';
import { type MessageQueue, startMessageQueue } from '../testing/queued-messages.ts';
import { openDatabase } from './database.ts';
import { createDeliveryStore } from './delivery-store.ts';
import { createMessageStatsStore } from './message-stats.ts';
import { createProviderEventStore } from './provider-event-store.ts';
import { createUndeliveredStore } from './undelivered.ts';

let queue: MessageQueue;
beforeAll(async () => {
  queue = await startMessageQueue();
});
afterAll(() => queue.close());
beforeEach(async () => {
  await queue.client.$executeRaw`TRUNCATE messages, provider_events, message_stats, message_stat_changes CASCADE`;
});

const always = { from: 0, to: 40_000 };
const none = { sent: 0, delivered: 0, failed: 0, verified: 0 };
const counted = () => createMessageStatsStore(queue.client).countDays(always);
const counts = async () =>
  (await counted()).map(({ date, sent, delivered, failed }) => [date, sent, delivered, failed]);

async function day(offset = 0): Promise<string> {
  const [row] = await queue.database.query<{ day: string }>(
    "SELECT ((now() AT TIME ZONE 'UTC')::date + $1::int)::text AS day",
    [offset],
  );
  return row?.day ?? '';
}

/** Queues messages and has a provider accept them. */
async function send(count: number, { channel = 'SMS' as 'SMS' | 'EMAIL', provider = 'twilio' } = {}) {
  const ids = await queue.queue(Array.from({ length: count }, () => ({ channel })));
  const store = createDeliveryStore(queue.client);
  await Promise.all(
    ids.map(async (id) => {
      await store.claim({ id, attempts: 0 }, provider);
      await store.recordSent(id, provider, `of ${id}`);
    }),
  );
  return ids;
}

let told = 0;
function tell(id: string, outcome: 'DELIVERED' | 'FAILED') {
  const event = { id: `event ${++told}`, messageId: id, providerMessageId: `of ${id}`, outcome };
  return createProviderEventStore(queue.client).take('twilio', [
    { ...event, failure: outcome === 'FAILED' ? 'lost' : null } as ProviderEvent,
  ]);
}

const rollUp = async () => {
  while ((await createMessageStatsStore(queue.client).rollUp()) > 0);
};

/** The counts as the messages themselves tell them. */
const recount = () =>
  queue.database.query<{ sent: number; delivered: number; failed: number }>(
    `SELECT count(sent_at)::int AS sent, count(*) FILTER (WHERE status = 'DELIVERED')::int AS delivered,
       count(*) FILTER (WHERE status = 'FAILED')::int AS failed FROM messages`,
  );

test('messages are counted by operation, channel, country and provider, before and after the roll-up', async () => {
  const date = await day();
  await send(3);
  await send(2, { channel: 'EMAIL', provider: 'sendgrid' });
  const [id = ''] = await queue.queue([{ channel: 'SMS' }]);
  await createDeliveryStore(queue.client).recordFailed({ id, attempts: 0 }, 'too late');
  const base = { ...none, date, operation: 'WELCOME' };
  const expected = [
    { ...base, channel: 'SMS', country: 'IN', provider: 'twilio', sent: 3 },
    { ...base, channel: 'SMS', country: 'IN', provider: null, failed: 1 },
    { ...base, channel: 'EMAIL', country: null, provider: 'sendgrid', sent: 2 },
  ];
  const inAnyOrder = (rows: object[]) => rows.map((row) => JSON.stringify(row)).sort();
  const seen = await counted();
  expect(seen).toHaveLength(3);
  for (const row of expected) expect(seen).toContainEqual(row);
  await rollUp();
  expect(await queue.database.query('SELECT 1 FROM message_stat_changes')).toEqual([]);
  expect(inAnyOrder(await counted())).toEqual(inAnyOrder(seen));
});

test('a message that was accepted one day and arrives on the next counts on each', async () => {
  const [id = ''] = await send(1);
  await queue.database.query("UPDATE messages SET sent_at = sent_at - interval '1 day'");
  await rollUp();
  await tell(id, 'DELIVERED');
  await tell(id, 'DELIVERED');
  expect(await counts()).toEqual([
    [await day(-1), 1, 0, 0],
    [await day(), 0, 1, 0],
  ]);
});

test('one that arrived and is then reported lost counts as failed, and as delivered no longer', async () => {
  const [id = ''] = await send(1);
  await tell(id, 'DELIVERED');
  await queue.database.query("UPDATE messages SET delivered_at = delivered_at - interval '1 day'");
  expect(await counts()).toEqual([
    [await day(-1), 0, 1, 0],
    [await day(), 1, 0, 0],
  ]);
  await rollUp();
  await tell(id, 'FAILED');
  expect(await counts()).toEqual([[await day(), 1, 0, 1]]);
});

test('one that was given up and is sent after all counts as failed no longer', async () => {
  const [replayed = '', doubted = ''] = await queue.queue([{ channel: 'SMS' }, { channel: 'SMS' }]);
  const store = createDeliveryStore(queue.client);
  await store.recordFailed({ id: replayed, attempts: 0 }, 'too late');
  await store.recordFailed({ id: doubted, attempts: 0 }, 'doubtful: lost', { doubtful: true });
  expect(await counts()).toEqual([[await day(), 0, 0, 2]]);
  await createUndeliveredStore(queue.client).replay({ ids: [replayed] });
  await rollUp();
  await store.recordSent(replayed, 'twilio', null);
  await store.recordSent(doubted, 'twilio', null);
  expect(await counts()).toEqual([[await day(), 2, 0, 0]]);
});

test('what was counted stays when its user is erased', async () => {
  await send(2);
  const before = await counted();
  await queue.database.query('DELETE FROM messages');
  expect(await counted()).toEqual(before);
});

test('a batch of any size appends one row for each kind of its messages, and one that changes no count none', async () => {
  const rows = async () => (await queue.database.query('SELECT 1 FROM message_stat_changes')).length;
  const ids = await queue.queue(Array.from({ length: 400 }, () => ({ channel: 'SMS' as const })));
  const store = createDeliveryStore(queue.client);
  await Promise.all(ids.map((id) => store.claim({ id, attempts: 0 }, 'twilio')));
  expect(await rows()).toBe(0);
  await Promise.all(ids.map((id) => store.recordSent(id, 'twilio', null)));
  expect(await rows()).toBeLessThan(10);
  expect(await counts()).toEqual([[await day(), 400, 0, 0]]);
});

test('two processes that roll up while messages change lose nothing, double nothing, and every look is exact', async () => {
  const other = openDatabase(queue.database.url, 3);
  let isDone = false;
  const rolling = [queue.client, other].map(async (client) => {
    const stats = createMessageStatsStore(client);
    while (!isDone) await stats.rollUp();
  });
  const looks: unknown[] = [];
  const expected: unknown[] = [];
  try {
    for (let round = 0; round < 10; round++) {
      const ids = await send(40);
      await Promise.all(ids.slice(0, 30).map((id) => tell(id, 'DELIVERED')));
      await Promise.all(ids.slice(20, 40).map((id) => tell(id, 'FAILED')));
      const seen = await createMessageStatsStore(other).countDays(always);
      const sum = (key: 'sent' | 'delivered' | 'failed') => seen.reduce((total, row) => total + row[key], 0);
      looks.push({ sent: sum('sent'), delivered: sum('delivered'), failed: sum('failed') });
      expected.push((await recount())[0]);
    }
  } finally {
    isDone = true;
    await Promise.all(rolling);
    await other.$disconnect();
  }
  expect(looks).toEqual(expected);
  expect(looks.at(-1)).toEqual({ sent: 400, delivered: 200, failed: 200 });
  await rollUp();
  expect((await counted()).reduce((total, { sent }) => total + sent, 0)).toBe(400);
}, 30_000);

test('the days are those that are asked for', async () => {
  await queue.database.query(
    `INSERT INTO message_stats (date, operation, channel, country, provider, sent)
     SELECT d::date, 'WELCOME', 'SMS', 'IN', 'twilio', n FROM (VALUES ('2026-02-28', 1), ('2026-03-01', 2), ('2026-03-02', 4)) AS v(d, n)`,
  );
  const from = Date.UTC(2026, 2, 1) / 86_400_000;
  expect(await createMessageStatsStore(queue.client).countDays({ from, to: from + 1 })).toEqual([
    { ...none, date: '2026-03-01', operation: 'WELCOME', channel: 'SMS', country: 'IN', provider: 'twilio', sent: 2 },
  ]);
});
