import pg from 'pg';
import type { Logger } from 'pino';
import { parseDatabaseUrl } from './database.ts';
import { describeError } from './errors.ts';

const firstRetryMs = 100;
const longestRetryMs = 5_000;

/** What hears of a channel of PostgreSQL's LISTEN. */
export interface DatabaseListener {
  close(): Promise<void>;
}

/** A question that is asked again and again over the listening connection. */
export interface Heartbeat {
  readonly statement: string;
  readonly everyMs: number;
  /** A connection that leaves it unanswered for so long is given up. */
  readonly timeoutMs: number;
  /**
   * Told of each answer with the time of performance.now() at which the question was sent. PostgreSQL hands over what
   * was notified before it answers, so whatever had been committed and acknowledged by then has been heard.
   */
  readonly onAnswer: (sentAt: number, row: Record<string, unknown>) => void;
}

/** What is listened for, and who is told. */
export interface DatabaseListenerOptions {
  readonly databaseUrl: string;
  readonly channel: string;
  /** By this name an operator tells the connection in pg_stat_activity. */
  readonly applicationName: string;
  readonly logger: Logger;
  readonly connectTimeoutMs: number;
  readonly onNotification: (payload: string) => void;
  /** Whenever the connection stands, the first time too: what happened before it has not been told. */
  readonly onListening: () => void;
  readonly onLost?: () => void;
  readonly heartbeat?: Heartbeat;
}

/**
 * Listens on a connection of its own, which a pooler that keeps no sessions cannot give. A lost connection is opened
 * again, with longer and longer pauses between the tries. One that is dead without a sign is found out by the heartbeat
 * alone.
 */
export function listenToDatabase(options: DatabaseListenerOptions): DatabaseListener {
  const { databaseUrl, channel, applicationName, logger, connectTimeoutMs, heartbeat } = options;
  let client: pg.Client | undefined;
  let retry: NodeJS.Timeout | undefined;
  let beating: NodeJS.Timeout | undefined;
  let closed = false;
  let failures = 0;

  async function connect(): Promise<void> {
    const fresh = new pg.Client({
      ...parseDatabaseUrl(databaseUrl),
      application_name: applicationName,
      connectionTimeoutMillis: connectTimeoutMs,
      query_timeout: heartbeat?.timeoutMs ?? connectTimeoutMs,
      keepAlive: true,
    });
    client = fresh;
    fresh.on('notification', ({ payload }) => {
      if (client === fresh && payload) options.onNotification(payload);
    });
    fresh.on('error', (error) => lose(fresh, error));
    fresh.on('end', () => lose(fresh));
    try {
      await fresh.connect();
      await fresh.query(`LISTEN ${pg.escapeIdentifier(channel)}`);
    } catch (error) {
      return lose(fresh, error);
    }
    if (client !== fresh) return;
    failures = 0;
    options.onListening();
    if (heartbeat) beat(fresh, heartbeat);
  }

  async function beat(fresh: pg.Client, heart: Heartbeat): Promise<void> {
    const sentAt = performance.now();
    let row: Record<string, unknown>;
    try {
      const { rows } = await fresh.query(heart.statement);
      row = rows[0];
    } catch (error) {
      return lose(fresh, error);
    }
    if (client !== fresh) return;
    heart.onAnswer(sentAt, row);
    const pauseMs = Math.max(0, sentAt + heart.everyMs - performance.now());
    beating = setTimeout(() => void beat(fresh, heart), pauseMs).unref();
  }

  // One connection may tell of its end several times.
  function lose(lost: pg.Client, error?: unknown): void {
    if (client !== lost) return;
    client = undefined;
    clearTimeout(beating);
    lost.end().catch(() => {});
    if (closed) return;
    options.onLost?.();
    const pauseMs = Math.min(longestRetryMs, firstRetryMs * 2 ** failures) * (0.5 + Math.random() / 2);
    failures += 1;
    logger.warn({ channel, error: describeError(error), pauseMs }, 'not listening to the database; trying again');
    retry = setTimeout(() => void connect(), pauseMs).unref();
  }

  void connect();
  return {
    async close() {
      closed = true;
      clearTimeout(retry);
      clearTimeout(beating);
      await client?.end();
    },
  };
}
