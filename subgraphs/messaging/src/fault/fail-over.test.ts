import { setTimeout as pause } from 'node:timers/promises';
import { createLogger } from '@atrium/service-kit';
import { createServiceMetrics } from '@atrium/service-kit/metrics';
import { afterAll, beforeAll, expect, jest, test } from '@jest/globals';
import { chooseProviders } from '../choose-providers.ts';
import { readConfig } from '../config.ts';
import { noTestNumbers } from '../domain/test-numbers.ts';
import { startDelivery } from '../start-delivery.ts';
import { type PostOffice, startPostOffice } from '../testing/post-office.ts';
import { type MessageQueue, nobodySuppressed, startMessageQueue } from '../testing/queued-messages.ts';
import { waitFor } from '../testing/wait-for.ts';

const outageMs = process.env.ATRIUM_TEST_TIER === 'full' ? 60_000 : 2_000;
const withinMs = 5_000;
const everyMs = 20;
process.stdout.write(
  `fail-over: an outage of ${outageMs} ms, a message every ${everyMs} ms, each out within ${withinMs} ms\n`,
);
jest.setTimeout(outageMs + 60_000);

let office: PostOffice;
let messages: MessageQueue;
let worker: { close(): Promise<void> };
beforeAll(async () => {
  office = await startPostOffice();
  messages = await startMessageQueue({
    SENDGRID_BASE_URL: office.url,
    EMAIL_PROVIDERS: 'sendgrid,developer-inbox',
    PROVIDER_CONCURRENCIES: 'sendgrid=5,developer-inbox=5',
  });
  const settings = readConfig(messages.environment);
  worker = await startDelivery(settings, {
    database: messages.client,
    logger: createLogger('test', 'silent'),
    registry: createServiceMetrics(settings).registry,
    providers: await chooseProviders(settings, messages.client, noTestNumbers),
    suppressions: nobodySuppressed,
  });
});
afterAll(async () => {
  await worker.close();
  await messages.close();
  await office.close();
});

/** What the second provider took, in the order of arrival. */
async function stoodIn(): Promise<string[]> {
  const rows = await messages.database.query<{ id: string }>(
    'SELECT message_id AS id FROM developer_inbox ORDER BY developer_inbox.id',
  );
  return rows.map(({ id }) => id);
}

test('while A is away all flows through B, in order of urgency; A is used again when it is back; none is lost', async () => {
  const queued: string[] = [];
  const queueOne = async () => {
    queued.push(...(await messages.queue([{}])));
  };
  const steadily = async (until: () => Promise<boolean>) => {
    do {
      await queueOne();
      await pause(everyMs);
    } while (!(await until()));
  };

  await steadily(async () => office.taken.length >= 20);
  expect(await stoodIn()).toEqual([]);

  office.status = 503;
  const [fromHere, askedBefore] = [queued.length, office.asked.length];
  const over = performance.now() + outageMs;
  await steadily(async () => performance.now() > over);
  // In one commit, the bulk first.
  const both = await messages.queue(Array.from({ length: 510 }, (_, index) => ({ urgent: index >= 500 })));
  const [bulk, urgent] = [both.slice(0, 500), both.slice(500)];
  await waitFor('all through B', async () => (await stoodIn()).length >= queued.length - fromHere + 510, 30_000);
  const order = (await stoodIn()).filter((id) => bulk.includes(id) || urgent.includes(id));
  const before = order.slice(0, Math.max(...urgent.map((id) => order.indexOf(id)))).filter((id) => bulk.includes(id));
  process.stdout.write(
    `fail-over: ${before.length} of 500 bulk messages, queued first, went before the last of 10 codes\n`,
  );
  expect(before.length).toBeLessThan(100);
  queued.push(...both);

  // One message at a time tried whether it was back, and all others passed it by.
  const tried = office.asked.length - askedBefore;
  process.stdout.write(`fail-over: A was tried ${tried} times in the outage\n`);
  expect(tried).toBeLessThan((queued.length - fromHere) / 2);

  office.status = 202;
  const takenBefore = office.taken.length;
  await steadily(async () => office.taken.length >= takenBefore + 20);
  const standIns = (await stoodIn()).length;
  await steadily(async () => office.taken.length >= takenBefore + 40);
  expect((await stoodIn()).length).toBe(standIns);

  await waitFor('everything is sent', async () => {
    const rest = await messages.database.query("SELECT 1 FROM messages WHERE status <> 'SENT' LIMIT 1");
    return rest.length === 0;
  });
  const arrived = [...office.taken, ...(await stoodIn())];
  expect(arrived.toSorted()).toEqual(queued.toSorted());
  // The acceptance is a time: seconds.
  const [slowest] = await messages.database.query<{ ms: number }>(
    'SELECT max(extract(epoch FROM sent_at - created_at) * 1000)::int AS ms FROM messages',
  );
  process.stdout.write(
    `fail-over: ${queued.length} messages, ${standIns} through B, the slowest out after ${slowest?.ms} ms\n`,
  );
  expect(slowest?.ms).toBeLessThan(withinMs);
});
