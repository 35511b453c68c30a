import { EventEmitter } from 'node:events';
import { describeError } from '@atrium/service-kit';
import { type RunnerOptions, run, type Task, type WorkerEvents } from 'graphile-worker';
import type { Logger } from 'pino';
import type { DeliveryOutcome } from './domain/deliver-message.ts';
import { openPool, toQueueLogger } from './queue-connection.ts';
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

/** Whose lane does the hourly work beside its own. */
const tidyingLane: (typeof deliveryTasks)[number] = 'deliver-email';

/** Something that works until it is stopped, or until it ends by itself. */
interface Working {
  /** Resolves when it has ended. */
  readonly ended: Promise<void>;
  stop(): Promise<void>;
}

/**
 * Each task has a lane of its own: jobs are fetched ahead, and one that somebody waits for must not stand behind those
 * that nobody does, nor behind those of a slow provider of the other channel.
 */
export async function startLanes(options: WorkerOptions): Promise<Working> {
  const { databaseUrl, logger, concurrency, deliver, tidy } = options;
  // A bound, not a need: each lane listens on one connection, and what is fetched and completed in batches takes two or
  // three more. The library warns of fewer than the jobs that run at once, though ours use none of them.
  const pool = openPool(databaseUrl, Math.max(concurrency, 4 * deliveryTasks.length), logger);
  const deliverOne = withoutDetails(async (payload) => {
    const { messageId } = payload as { messageId: string };
    logger.info({ messageId, outcome: await deliver(messageId) }, 'message worked');
  });
  const base = { pgPool: pool, concurrency, logger: toQueueLogger(logger) };
  const begun = await Promise.allSettled(
    deliveryTasks.map((task) => {
      const taskList = { [task]: deliverOne };
      return startLane(
        task === tidyingLane
          ? { ...base, crontab: '17 * * * * tidy', taskList: { ...taskList, tidy: withoutDetails(tidy) } }
          : { ...base, taskList },
      );
    }),
  );
  const lanes = begun.flatMap((outcome) => (outcome.status === 'fulfilled' ? outcome.value : []));
  const failure = begun.find((outcome) => outcome.status === 'rejected');
  const rescuer = failure
    ? undefined
    : startRescuer(
        options,
        lanes.map(({ workerId }) => workerId),
      );

  const stop = once(async () => {
    await Promise.all(lanes.map((lane) => lane.stop()));
    await rescuer?.close();
    await pool.end();
  });
  if (failure) {
    await stop();
    throw failure.reason;
  }
  return { stop, ended: Promise.race(lanes.map(({ ended }) => ended)) };
}

/** Works the jobs of some tasks; `workerId` is how the queue's table knows who holds them. */
async function startLane(options: RunnerOptions & { concurrency: number }): Promise<Working & { workerId: string }> {
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
  const ended = runner.promise.catch(() => undefined);
  // One that has ended by itself refuses to be stopped.
  return { workerId, ended, stop: () => runner.stop().catch(() => ended) };
}

function once(work: () => Promise<void>): () => Promise<void> {
  let done: Promise<void> | undefined;
  return () => {
    done ??= work();
    return done;
  };
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
