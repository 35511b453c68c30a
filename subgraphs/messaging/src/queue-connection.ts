import { describeError, parseDatabaseUrl } from '@atrium/service-kit';
import { Logger as QueueLogger } from 'graphile-worker';
import pg from 'pg';
import type { Logger } from 'pino';

/** Opens the connections that the queue's library works with; one that breaks is told and replaced. */
export function openPool(databaseUrl: string, max: number, logger: Logger): pg.Pool {
  const pool = new pg.Pool({ ...parseDatabaseUrl(databaseUrl), max, application_name: 'atrium-messaging-worker' });
  const onBreak = (error: Error): void =>
    logger.warn({ error: describeError(error) }, 'a connection of the worker broke');
  pool.on('error', onBreak);
  pool.on('connect', (client) => client.on('error', onBreak));
  return pool;
}

/** The queue's log in ours: its words without what it adds, which are jobs and options; its daily news only when debugging. */
export function toQueueLogger(logger: Logger): QueueLogger {
  const levels = { error: 'error', warning: 'warn', info: 'debug', debug: 'trace' } as const;
  return new QueueLogger(() => (level, message) => logger[levels[level]]({ queue: message }));
}
