import { EventEmitter } from 'node:events';
import { describeError, parseDatabaseUrl } from '@atrium/service-kit';
import {
  Logger as QueueLogger,
  type RunnerOptions,
  run,
  runMigrations,
  type Task,
  type WorkerEvents,
} from 'graphile-worker';
import pg from 'pg';
import type { Logger } from 'pino';
import type { DeliveryOutcome } from './domain/deliver-message.ts';
import { deliveryTasks } from './store/message-queue.ts';
import { openWorkerLiveness } from './store/worker-liveness.ts';

/** What the worker does, and how much of it at once. */
export interface WorkerOptions {
  readonly databaseUrl: string;
  readonly logger: Logger;
  readonly concurrency: number;
  readonly rescueIntervalMs: number;
  readonly deliver: (messageId: string) => Promise<DeliveryOutcome>;
  /** Done once an hour, by one of all workers. */
  readonly tidy: () => Promise<void>;
}

/** Delayed jobs are seen when the queue is next looked at; new ones wake the worker at once. */
const pollIntervalMs = 1_000;

/** Brings the queue's own tables up to date. They are the library's, in a schema of their own, and not Prisma's to write. */
export async function migrateQueue(databaseUrl: string, logger: Logger): Promise<void> {
  const pool = openPool(databaseUrl, 1, logger);
  try {
    await runMigrations({ pgPool: pool, logger: toQueueLogger(logger) });
  } finally {
    await pool.end();
  }
}

/**
 * Starts working the queue. It runs inside the service here, and could as well be a process of its own. Codes have a lane
 * of their own: jobs are fetched ahead, and one that somebody waits for must not stand behind those that nobody does.
 */
export async function startWorker(options: WorkerOptions): Promise<{ close(): Promise<void> }> {
  const { databaseUrl, logger, concurrency, deliver, tidy } = options;
  // A bound, not a need: each lane listens on one connection, and what is fetched and completed in batches takes two or
  // three more.
  const pool = openPool(databaseUrl, Math.max(concurrency, 8), logger);
  const deliverOne = withoutDetails(async (payload) => {
    const { messageId } = payload as { messageId: string };
    logger.info({ messageId, outcome: await deliver(messageId) }, 'message worked');
  });
  const base = { pgPool: pool, concurrency, logger: toQueueLogger(logger) };
  const lanes = await Promise.all([
    startLane({ ...base, taskList: { [deliveryTasks.urgent]: deliverOne } }),
    startLane({
      ...base,
      crontab: '17 * * * * tidy',
      taskList: { [deliveryTasks.ordinary]: deliverOne, tidy: withoutDetails(tidy) },
    }),
  ]);
  const rescuer = startRescuer(
    options,
    lanes.map(({ workerId }) => workerId),
  );
  return {
    async close() {
      await Promise.all(lanes.map(({ stop }) => stop()));
      await rescuer.close();
      await pool.end();
    },
  };
}

/** Works the jobs of some tasks; answers the name by which the queue's table knows who holds them. */
async function startLane(
  options: RunnerOptions & { concurrency: number },
): Promise<{ workerId: string; stop: () => Promise<void> }> {
  const events: WorkerEvents = new EventEmitter();
  let workerId = '';
  events.once('pool:create', ({ workerPool }) => {
    workerId = workerPool.id;
  });
  const runner = await run({
    ...options,
    events,
    pollInterval: pollIntervalMs,
    // Jobs are fetched and completed in batches: a job by itself costs as much as ten of a batch.
    preset: {
      worker: { localQueue: { size: 2 * options.concurrency }, completeJobBatchDelay: 0, failJobBatchDelay: 0 },
    },
    noHandleSignals: true,
  });
  return { workerId, stop: () => runner.stop() };
}

function startRescuer({ databaseUrl, logger, rescueIntervalMs }: WorkerOptions, workerIds: string[]) {
  const liveness = openWorkerLiveness(databaseUrl, workerIds);
  let looking = Promise.resolve();
  async function look(): Promise<void> {
    try {
      const freed = await liveness.rescue();
      if (freed > 0) logger.warn({ workers: freed }, 'freed the jobs of dead workers');
    } catch (error) {
      logger.error({ error: describeError(error) }, 'cannot look for dead workers');
    }
  }
  const next = (): void => {
    looking = looking.then(look);
  };
  next();
  const timer = setInterval(next, rescueIntervalMs);
  return {
    async close() {
      clearInterval(timer);
      await looking;
      await liveness.close();
    },
  };
}

/** Runs a task so that what it throws is safe to be kept and logged by the queue, which does both with the message. */
function withoutDetails(task: (payload: unknown) => Promise<void>): Task {
  return async (payload) => {
    try {
      await task(payload);
    } catch (error) {
      const { name, code, at } = describeError(error);
      const safe = new Error([name, code, at[0]].filter(Boolean).join(' '));
      delete safe.stack;
      throw safe;
    }
  };
}

function openPool(databaseUrl: string, max: number, logger: Logger): pg.Pool {
  const pool = new pg.Pool({ ...parseDatabaseUrl(databaseUrl), max, application_name: 'atrium-messaging-worker' });
  const onBreak = (error: Error): void =>
    logger.warn({ error: describeError(error) }, 'a connection of the worker broke');
  pool.on('error', onBreak);
  pool.on('connect', (client) => client.on('error', onBreak));
  return pool;
}

/** The queue's log in ours: its words without what it adds, which are jobs and options; its daily news only when debugging. */
function toQueueLogger(logger: Logger): QueueLogger {
  const levels = { error: 'error', warning: 'warn', info: 'debug', debug: 'trace' } as const;
  return new QueueLogger(() => (level, message) => logger[levels[level]]({ queue: message }));
}
