import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { afterAll, expect, jest, test } from '@jest/globals';
import { type PostOffice, startPostOffice } from '../testing/post-office.ts';
import type { Ability } from '../testing/provider-abilities.ts';
import { type MessageQueue, type Row, startMessageQueue } from '../testing/queued-messages.ts';
import { waitFor } from '../testing/wait-for.ts';

const isFull = process.env.ATRIUM_TEST_TIER === 'full';
const [kills, messages, timeoutMs] = isFull ? [50, 2_000, 900_000] : [2, 60, 90_000];
const workers = isFull ? 3 : 2;
process.stdout.write(`killed workers: ${kills} kills, ${messages} messages, ${workers} workers at a time\n`);
jest.setTimeout(timeoutMs);

const main = join(import.meta.dirname, '..', 'testing', 'worker-process', 'main.ts');
const running = new Set<ChildProcess>();
afterAll(() => {
  for (const child of running) child.kill('SIGKILL');
});

/** A worker as a process of its own; the post office knows it by its key. */
function launch(environment: Record<string, string>, key: string): ChildProcess {
  const child = spawn(process.execPath, ['--disable-warning=ExperimentalWarning', main], {
    env: { PATH: process.env.PATH, ...environment, SENDGRID_API_KEY: key },
    stdio: ['ignore', 'ignore', 'inherit'],
  });
  running.add(child);
  return child;
}

/** Sends all messages while workers are killed in the middle of what they do, each time when a share has gone out. */
async function sendUnderFire({ queue, environment, database }: MessageQueue, office: PostOffice): Promise<Row[]> {
  let launched = 0;
  const alive = new Map<string, ChildProcess>();
  const launchOne = () => {
    const key = `SG.${launched++}`;
    alive.set(key, launch(environment, key));
  };
  for (let i = 0; i < workers; i++) launchOne();
  await queue(Array.from({ length: messages }, () => ({})));
  for (let kill = 1; kill <= kills; kill++) {
    // What comes after this share has no answer yet, so that whoever is killed is in the middle of something.
    const share = Math.floor((messages * kill) / (kills + 1));
    office.answersUpTo(share);
    const victim = await waitFor(
      'a worker in the middle of a batch',
      async () =>
        office.asked.length > share && [...alive.keys()].find((key) => (office.underWay.get(`Bearer ${key}`) ?? 0) > 1),
      timeoutMs,
    );
    const child = alive.get(victim);
    child?.kill('SIGKILL');
    if (child) {
      await once(child, 'exit');
      running.delete(child);
    }
    alive.delete(victim);
    launchOne();
  }
  office.answersUpTo(Number.POSITIVE_INFINITY);
  await waitFor(
    'nothing left to do',
    async () =>
      (await database.query("SELECT 1 FROM messages WHERE status IN ('QUEUED', 'SENDING') LIMIT 1")).length === 0,
    timeoutMs,
  );
  for (const child of alive.values()) child.kill('SIGKILL');
  return database.query<Row>('SELECT * FROM messages');
}

async function underFire(ability: Ability): Promise<{ rows: Row[]; office: PostOffice; handed: Map<string, number> }> {
  const office = await startPostOffice({ answerAfterMs: 20 });
  const queue = await startMessageQueue({
    SENDGRID_BASE_URL: office.url,
    TEST_PROVIDER_ABILITY: ability,
    DELIVERY_CONCURRENCY: '10',
    PROVIDER_CONCURRENCIES: 'sendgrid=5',
    PROVIDER_TIMEOUT_MS: '600000',
  });
  try {
    const rows = await sendUnderFire(queue, office);
    const handed = new Map<string, number>();
    for (const id of office.taken) handed.set(id, (handed.get(id) ?? 0) + 1);
    return { rows, office, handed };
  } finally {
    await queue.close();
    await office.close();
  }
}

test.concurrent('none is lost, and whoever sends by key sends once, though workers are killed in the middle', async () => {
  const { rows, handed } = await underFire('idempotent');
  expect(rows.filter(({ status }) => status !== 'SENT')).toEqual([]);
  // The key is the message's id: what was handed over again was handed over under the same one.
  expect(handed.size).toBe(messages);
  const again = [...handed.values()].filter((times) => times > 1).length;
  process.stdout.write(`provider that honours keys: ${rows.length} sent, ${again} asked again under the same key\n`);
  expect(again).toBeGreaterThan(0);
});

test.concurrent('where a provider can be asked, what it took is not sent again, and what it did not take is', async () => {
  const { rows, handed } = await underFire('lookUp');
  expect(rows.filter(({ status }) => status !== 'SENT')).toEqual([]);
  expect(handed.size).toBe(messages);
  expect([...handed.values()].filter((times) => times > 1)).toEqual([]);
  const lookedUp = rows.filter(({ provider_message_id: id }) => id?.startsWith('looked-up')).length;
  process.stdout.write(`provider that can be asked: ${rows.length} sent, ${lookedUp} of them by looking up\n`);
});

test.concurrent('where it cannot, nobody gets a message twice, and each one in doubt is told', async () => {
  const { rows, handed } = await underFire('neither');
  expect([...handed.values()].filter((times) => times > 1)).toEqual([]);
  const doubtful = rows.filter((row) => row.doubtful);
  expect(rows.filter(({ status, doubtful: told }) => status !== 'SENT' && !told)).toEqual([]);
  // None is lost without a word: what was not taken is told as doubtful.
  expect(rows.filter(({ id, doubtful: told }) => !handed.has(id) && !told)).toEqual([]);
  const arrived = doubtful.filter(({ id }) => handed.has(id)).length;
  process.stdout.write(
    `provider that cannot tell: ${rows.length - doubtful.length} sent, ${doubtful.length} told as doubtful, ${arrived} of them taken\n`,
  );
  expect(doubtful.length).toBeGreaterThan(0);
});
