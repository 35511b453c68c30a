import { randomBytes } from 'node:crypto';
import { join } from 'node:path';
import { createLogger, newId } from '@atrium/service-kit';
import { withClient } from '@atrium/stack';
import { createSealer } from '../../../subgraphs/messaging/src/domain/seal.ts';
import { openDatabase } from '../../../subgraphs/messaging/src/store/database.ts';
import { insertMessages } from '../../../subgraphs/messaging/src/store/message-queue.ts';
import { migrateQueue } from '../../../subgraphs/messaging/src/worker.ts';

/** The names of those whose workers are measured. */
export const contestantNames = ['ours', 'ours-200', 'graphile', 'graphile-batched', 'pg-boss', 'bullmq'] as const;
export type ContestantName = (typeof contestantNames)[number];

/** Somebody whose worker is measured on a database of its own. */
export interface Contestant {
  title: string;
  /** The main file of the worker's process. */
  file: string;
  environment: Readonly<Record<string, string>>;
  providerMs: number;
  /** Fills the queue with so many jobs; left to the worker's own file where it is absent. */
  fill?(databaseUrl: string, count: number): Promise<void>;
  /** Asks as `busy` whether something is still to be written down when all jobs were handled. */
  busySql?: string;
  /** The folder of its packages in `peers`. */
  packages?: string;
}

/** Where the packages of peers are installed. */
export const peersFolder = join(import.meta.dirname, '..', 'peers');

const sealKey = randomBytes(32);
const key = () => randomBytes(32).toString('base64url');
const publicKey = { kty: 'OKP', crv: 'Ed25519', x: 'x', kid: 'messaging:bench' };

/** Budgets are raised and nothing is switched off: the log is on, at its usual level. */
const ourEnvironment = {
  ATRIUM_MODE: 'development',
  SIGNING_KEY: JSON.stringify({ ...publicKey, d: 'd' }),
  TRUSTED_KEYS: JSON.stringify({ keys: [publicKey] }),
  CODE_HMAC_KEY: key(),
  IDEMPOTENCY_HMAC_KEY: key(),
  NUMBER_HMAC_KEY: key(),
  MESSAGE_SEAL_KEY: sealKey.toString('base64url'),
};

async function fillWithMessages(databaseUrl: string, count: number): Promise<void> {
  await migrateQueue(databaseUrl, createLogger('bench', 'silent'));
  const database = openDatabase(databaseUrl, 2);
  const sealer = createSealer(sealKey);
  const content = {
    subject: 'Welcome to Atrium',
    body: 'Hello Asha,\n\nyour number is proved, and you can be found by your friends.\n\nAtrium\n',
    html: '<p>Hello Asha,</p><p>your number is proved, and you can be found by your friends.</p><p>Atrium</p>',
    code: null,
  };
  for (let left = count; left > 0; left -= 1_000) {
    const messages = Array.from({ length: Math.min(left, 1_000) }, () => {
      const id = newId();
      return {
        id,
        userId: newId(),
        operation: 'WELCOME',
        channel: 'EMAIL' as const,
        country: null,
        recipient: 'a***@example.com',
        locale: 'en',
        templateVersion: 1,
        sealed: sealer.seal(id, { ...content, to: 'asha@example.com' }),
        urgent: false,
        clientId: 'bench',
        lifetimeMs: null,
      };
    });
    await database.$transaction((tx) => insertMessages(tx, messages));
  }
  await database.$disconnect();
}

async function fillWithJobs(databaseUrl: string, count: number): Promise<void> {
  await migrateQueue(databaseUrl, createLogger('bench', 'silent'));
  await withClient(databaseUrl, (client) =>
    client.query(
      `SELECT count(*) FROM generate_series(1, $1::int / 1000) AS batch, LATERAL graphile_worker.add_jobs((
         SELECT array_agg(ROW('empty', '{}'::json, NULL, NULL, NULL, batch || '-' || job, NULL, NULL)::graphile_worker.job_spec)
         FROM generate_series(1, 1000) AS job))`,
      [count],
    ),
  );
}

const worker = (name: string) => join(import.meta.dirname, 'workers', `${name}.ts`);
const jobsBusy = 'SELECT EXISTS (SELECT FROM graphile_worker._private_jobs) AS busy';
const ours = {
  file: worker('ours'),
  fill: fillWithMessages,
  busySql: `SELECT EXISTS (SELECT FROM messages WHERE status <> 'SENT') OR (${jobsBusy}) AS busy`,
};
const graphile = { environment: {}, providerMs: 0, fill: fillWithJobs, busySql: jobsBusy };

/** Those whose workers are measured. */
export const contestants: Readonly<Record<ContestantName, Contestant>> = {
  ours: {
    ...ours,
    title: 'Atrium, provider that answers at once',
    environment: { ...ourEnvironment, DELIVERY_CONCURRENCY: '500', PROVIDER_CONCURRENCIES: 'bench=250' },
    providerMs: 0,
  },
  'ours-200': {
    ...ours,
    title: 'Atrium, provider that takes 200 ms',
    environment: { ...ourEnvironment, DELIVERY_CONCURRENCY: '2000', PROVIDER_CONCURRENCIES: 'bench=2000' },
    providerMs: 200,
  },
  graphile: { ...graphile, title: 'graphile-worker, plainly', file: worker('graphile-plain') },
  'graphile-batched': { ...graphile, title: 'graphile-worker, as our lanes use it', file: worker('graphile-batched') },
  'pg-boss': {
    title: 'pg-boss, 4 workers by 200 jobs',
    file: join(peersFolder, 'pg-boss', 'queue.mjs'),
    environment: {},
    providerMs: 0,
    packages: 'pg-boss',
  },
  bullmq: {
    title: 'BullMQ on PostgreSQL, 50 at once',
    file: join(peersFolder, 'bullmq', 'queue.mjs'),
    environment: {},
    providerMs: 0,
    packages: 'bullmq',
  },
};
