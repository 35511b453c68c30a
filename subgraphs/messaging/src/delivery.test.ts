import { createLogger } from '@atrium/service-kit';
import { createServiceMetrics } from '@atrium/service-kit/metrics';
import { afterAll, afterEach, beforeAll, describe, expect, jest, test } from '@jest/globals';
import { chooseProviders } from './choose-providers.ts';
import { readConfig } from './config.ts';
import { noTestNumbers } from './domain/test-numbers.ts';
import { type DeliveryParts, startDelivery } from './start-delivery.ts';
import { type PostOffice, startPostOffice } from './testing/post-office.ts';
import { type Ability, withAbility } from './testing/provider-abilities.ts';
import { type MessageQueue, nobodySuppressed, type Row, startMessageQueue } from './testing/queued-messages.ts';
import { waitFor } from './testing/wait-for.ts';

jest.setTimeout(30_000);

let office: PostOffice;
let messages: MessageQueue;
let worker: { close(): Promise<void> } | undefined;
beforeAll(async () => {
  office = await startPostOffice();
  messages = await startMessageQueue({ SENDGRID_BASE_URL: office.url });
});
afterEach(async () => {
  await worker?.close();
  worker = undefined;
  Object.assign(office, { status: 202, headers: {}, cuts: false });
  office.taken.length = 0;
  office.asked.length = 0;
  await messages.database.query('DELETE FROM messages');
  await messages.database.query('DELETE FROM graphile_worker._private_jobs');
});
afterAll(async () => {
  await messages.close();
  await office.close();
});

/** Starts a worker whose SendGrid has this ability. */
async function work(
  overrides: Record<string, string> = {},
  {
    ability = 'neither',
    suppressions = nobodySuppressed,
  }: { ability?: Ability; suppressions?: DeliveryParts['suppressions'] } = {},
): Promise<void> {
  const settings = readConfig({ ...messages.environment, ...overrides });
  worker = await startDelivery(settings, {
    database: messages.client,
    logger: createLogger('test', 'silent'),
    registry: createServiceMetrics(settings).registry,
    providers: withAbility(await chooseProviders(settings, messages.client, noTestNumbers), ability, office.url),
    suppressions,
  });
}

async function queueOne(...given: Parameters<MessageQueue['queue']>[0]): Promise<string> {
  const [id = ''] = await messages.queue(given.length > 0 ? given : [{}]);
  return id;
}

const inStatus = (id: string, status: string): Promise<Row> =>
  waitFor(status, async () => {
    // Retries are due at once here, and the queue is told rather than waited for.
    await messages.database.query(`SELECT pg_notify('jobs:insert', '{"count":1}')`);
    const row = await messages.rowOf(id);
    return row.status === status && row;
  });

/** When a worker looks at a message next, in seconds from now. */
async function nextLookIn(id: string): Promise<number | undefined> {
  const [job] = await messages.database.query<{ s: number }>(
    'SELECT extract(epoch FROM run_at - now())::int AS s FROM graphile_worker.jobs WHERE key = $1 AND locked_at IS NULL',
    [id],
  );
  return job?.s;
}

describe('a message whose answer was lost', () => {
  test('is handed over again under the same key, where the provider honours it', async () => {
    await work({}, { ability: 'idempotent' });
    office.cuts = true;
    const id = await queueOne();
    await waitFor('a second time', async () => office.taken.length >= 2);
    office.cuts = false;
    await inStatus(id, 'SENT');
    expect(new Set(office.taken)).toEqual(new Set([id]));
  });

  test('is doubtful when its tries are used up without an answer', async () => {
    await work({ DELIVERY_MAX_ATTEMPTS: '3' }, { ability: 'idempotent' });
    office.cuts = true;
    const id = await queueOne();
    expect(await inStatus(id, 'FAILED')).toMatchObject({ attempts: 3, doubtful: true });
  });

  test('is doubtful when its time is over, and not handed over again', async () => {
    const id = await queueOne();
    await messages.database.query(
      `UPDATE messages SET status = 'SENDING', provider = 'sendgrid', attempts = 1, not_after = now() WHERE id = $1`,
      [id],
    );
    await work({}, { ability: 'idempotent' });
    expect(await inStatus(id, 'FAILED')).toMatchObject({ doubtful: true, attempts: 1 });
    expect(office.asked).toEqual([]);
  });

  test('is looked up, where the provider can be asked, and not sent again', async () => {
    await work({}, { ability: 'lookUp' });
    office.cuts = true;
    const id = await queueOne();
    expect(await inStatus(id, 'SENT')).toMatchObject({ attempts: 1, provider_message_id: `looked-up-${id}` });
    expect(office.asked).toEqual([id]);
  });

  test('is sent after all, where the provider says that it does not have it', async () => {
    await work({}, { ability: 'lookUp' });
    Object.assign(office, { cuts: true, status: 503 });
    const id = await queueOne();
    await waitFor('the first try', async () => office.asked.length >= 1);
    Object.assign(office, { cuts: false, status: 202 });
    await inStatus(id, 'SENT');
    expect(office.taken).toEqual([id]);
  });

  test('is not offered to the next provider', async () => {
    await work({ EMAIL_PROVIDERS: 'sendgrid,developer-inbox' });
    office.cuts = true;
    const id = await queueOne();
    expect(await inStatus(id, 'FAILED')).toMatchObject({ doubtful: true, provider: 'sendgrid' });
    expect(await messages.database.query('SELECT 1 FROM developer_inbox WHERE message_id = $1', [id])).toEqual([]);
  });

  test('and that its provider took, as is found out later, is sent', async () => {
    await work();
    office.cuts = true;
    const id = await queueOne();
    await inStatus(id, 'FAILED');
    const { createDeliveryStore } = await import('./store/delivery-store.ts');
    await createDeliveryStore(messages.client).recordSent(id, 'sendgrid', 'sg-1');
    expect(await messages.rowOf(id)).toMatchObject({ status: 'SENT', doubtful: false, failure: null, sealed: null });
  });
});

describe('an outage of every provider', () => {
  test('uses up no tries but the one that finds it', async () => {
    await work({ PROVIDER_BREAKER_FAILURES: '1', PROVIDER_BREAKER_PROBE_MS: '60000', DELIVERY_MAX_ATTEMPTS: '2' });
    office.status = 503;
    await inStatus(await queueOne(), 'QUEUED');
    await waitFor('the first try', async () => office.asked.length === 1);
    const ids = await messages.queue([{}, {}, {}]);
    await waitFor('all put off', async () => {
      const later = await Promise.all(ids.map(nextLookIn));
      return later.every((seconds) => (seconds ?? 0) > 30);
    });
    expect(office.asked).toHaveLength(1);
    for (const id of ids) expect(await messages.rowOf(id)).toMatchObject({ status: 'QUEUED', attempts: 0 });
  });

  test('ends a message by its age', async () => {
    await work({ DELIVERY_MAX_AGE_MS: '1' });
    const id = await queueOne();
    expect(await inStatus(id, 'FAILED')).toMatchObject({ attempts: 0, failure: 'waited too long', doubtful: false });
    expect(office.asked).toEqual([]);
  });

  test('a provider that asks to be left alone is left alone by all messages', async () => {
    await work();
    Object.assign(office, { status: 429, headers: { 'retry-after': '60' } });
    await queueOne();
    await waitFor('the first try', async () => office.asked.length === 1);
    await waitFor('the answer', async () => (await messages.rowOf(office.asked[0] ?? '')).status === 'QUEUED');
    office.status = 202;
    const [second = ''] = await messages.queue([{}]);
    await waitFor('put off', async () => ((await nextLookIn(second)) ?? 0) > 50);
    expect(office.asked).toHaveLength(1);
  });
});

describe('what may not be sent now', () => {
  /** A part of the day about now in India, five and a half hours ahead of UTC. */
  function aboutNow(): string {
    const at = (hours: number) => new Date(Date.now() + (5.5 + hours) * 3_600_000).toISOString().slice(11, 16);
    return `${at(-1)}-${at(1)}`;
  }
  const toIndia = { channel: 'SMS', to: '+919876543210', operation: 'NEWS' } as const;

  test('waits for the end of the night, and its age begins only then', async () => {
    await work({ QUIET_HOURS: aboutNow() });
    const id = await queueOne(toIndia);
    await waitFor('put off', async () => ((await nextLookIn(id)) ?? 0) > 3_000);
    const [{ due = 0 } = {}] = await messages.database.query<{ due: number }>(
      'SELECT extract(epoch FROM due_at - now())::int AS due FROM messages WHERE id = $1',
      [id],
    );
    expect(due).toBeGreaterThan(3_000);
    expect(await messages.rowOf(id)).toMatchObject({ status: 'QUEUED', attempts: 0 });
  });

  test('a code does not wait, nor a critical operation', async () => {
    await work({ QUIET_HOURS: aboutNow() });
    await inStatus(await queueOne({ ...toIndia, urgent: true }), 'SENT');
    await inStatus(await queueOne({ ...toIndia, operation: 'PHONE_CHANGED' }), 'SENT');
  });

  test('goes nowhere, when its reader asked not to be written to', async () => {
    const suppressions: DeliveryParts['suppressions'] = {
      isSuppressed: async (all) => all.map(({ to }) => to === 'stop@example.com'),
    };
    await work({}, { suppressions });
    const id = await queueOne({ to: 'stop@example.com' });
    expect(await inStatus(id, 'SUPPRESSED')).toMatchObject({ sealed: null, attempts: 0 });
    await inStatus(await queueOne({ to: 'go@example.com' }), 'SENT');
    expect(office.taken).toHaveLength(1);
  });
});

test('the text of what failed is kept for a while, unless it carried a code', async () => {
  await work();
  office.status = 400;
  const [id, code] = [await queueOne(), await queueOne({ urgent: true })];
  expect((await inStatus(id, 'FAILED')).sealed).not.toBeNull();
  expect((await inStatus(code, 'FAILED')).sealed).toBeNull();
  const { forgetFailedTexts } = await import('./store/forget-failed-texts.ts');
  await forgetFailedTexts(messages.client, 60_000);
  expect((await messages.rowOf(id)).sealed).not.toBeNull();
  await messages.database.query("UPDATE messages SET failed_at = now() - interval '61 seconds' WHERE id = $1", [id]);
  await forgetFailedTexts(messages.client, 60_000);
  expect((await messages.rowOf(id)).sealed).toBeNull();
});
