import { describeError, parseDatabaseUrl } from '@atrium/service-kit';
import pg from 'pg';
import type { Logger } from 'pino';

/** Where the trigger on api_keys tells the id of a key that changed. */
const channel = 'api_keys';
/** By this name an operator tells the connection in pg_stat_activity. */
const applicationName = 'atrium-key-changes';
const firstRetryMs = 100;
const longestRetryMs = 5_000;

/** What hears of changed keys. */
export interface KeyListener {
  close(): Promise<void>;
}

/**
 * Listens on a connection of its own for changes of keys, whoever makes them. A lost connection is opened again, with
 * longer and longer pauses between the tries. What happened meanwhile is not told: `onGap` is called whenever the
 * connection stands, the first time too. A connection that is dead without a sign, or goes through a pooler that keeps
 * no sessions, tells nothing: then the short life of what is remembered bounds how old it can be.
 */
export function listenForKeyChanges(options: {
  databaseUrl: string;
  logger: Logger;
  connectTimeoutMs: number;
  onChange: (keyId: string) => void;
  onGap: () => void;
}): KeyListener {
  const { databaseUrl, logger, connectTimeoutMs, onChange, onGap } = options;
  let client: pg.Client | undefined;
  let retry: NodeJS.Timeout | undefined;
  let closed = false;
  let failures = 0;

  async function connect(): Promise<void> {
    const fresh = new pg.Client({
      ...parseDatabaseUrl(databaseUrl),
      application_name: applicationName,
      connectionTimeoutMillis: connectTimeoutMs,
      query_timeout: connectTimeoutMs,
      keepAlive: true,
    });
    client = fresh;
    fresh.on('notification', ({ payload }) => payload && onChange(payload));
    fresh.on('error', (error) => lose(fresh, error));
    fresh.on('end', () => lose(fresh));
    try {
      await fresh.connect();
      await fresh.query(`LISTEN ${channel}`);
    } catch (error) {
      return lose(fresh, error);
    }
    failures = 0;
    onGap();
  }

  // One connection may tell of its end several times.
  function lose(lost: pg.Client, error?: unknown): void {
    if (client !== lost) return;
    client = undefined;
    lost.end().catch(() => {});
    if (closed) return;
    const pauseMs = Math.min(longestRetryMs, firstRetryMs * 2 ** failures) * (0.5 + Math.random() / 2);
    failures += 1;
    logger.warn({ error: describeError(error), pauseMs }, 'not listening for changes of keys; trying again');
    retry = setTimeout(() => void connect(), pauseMs).unref();
  }

  void connect();
  return {
    async close() {
      closed = true;
      clearTimeout(retry);
      await client?.end();
    },
  };
}
