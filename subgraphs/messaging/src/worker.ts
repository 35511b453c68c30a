import { setTimeout as pause } from 'node:timers/promises';
import { describeError } from '@atrium/service-kit';
import { runMigrations } from 'graphile-worker';
import type { Logger } from 'pino';
import { openPool, toQueueLogger } from './queue-connection.ts';
import { startLanes, type WorkerOptions } from './worker-lanes.ts';

/** Brings the queue's own tables up to date. They are the library's, in a schema of their own, and not Prisma's to write. */
export async function migrateQueue(databaseUrl: string, logger: Logger): Promise<void> {
  const pool = openPool(databaseUrl, 1, logger);
  try {
    await runMigrations({ pgPool: pool, logger: toQueueLogger(logger) });
  } finally {
    await pool.end();
  }
}

/** How long a worker that ended by itself rests before it is started anew. */
const restartAfterMs = 500;

/**
 * Starts working the queue, and starts anew whenever the library gives up, as it does for good when the database breaks
 * at the wrong moment: the service would live on and deliver nothing. It runs inside the service here, and could as well
 * be a process of its own.
 */
export async function startWorker(options: WorkerOptions): Promise<{ close(): Promise<void> }> {
  const { logger } = options;
  const closing = new AbortController();
  let worker = await startLanes(options);

  async function supervise(): Promise<void> {
    await worker.ended;
    while (!closing.signal.aborted) {
      logger.error('the worker gave up and is started anew');
      try {
        await worker.stop();
        await pause(restartAfterMs, undefined, { signal: closing.signal });
        worker = await startLanes(options);
        if (closing.signal.aborted) await worker.stop();
        await worker.ended;
      } catch (error) {
        if (!closing.signal.aborted) logger.error({ error: describeError(error) }, 'the worker does not start');
      }
    }
  }

  const supervised = supervise();
  return {
    async close() {
      closing.abort();
      await worker.stop();
      await supervised;
    },
  };
}
