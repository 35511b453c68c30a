import { type DatabaseListener, listenToDatabase } from '@atrium/service-kit/database-listener';
import type { Logger } from 'pino';
import { gone } from './known-changes.ts';
import type { ChangeObserver } from './user-cache.ts';

/** How long a connection that does not answer is kept; nothing is served from memory long before that. */
const heartbeatTimeoutMs = 2_000;

/** What is told beside the changes themselves. */
interface UserChangesOptions {
  readonly databaseUrl: string;
  readonly logger: Logger;
  readonly observer: ChangeObserver;
  readonly heartbeatMs: number;
  /** Told how far the database's log had come at `asOf`, for the replica. */
  readonly onPosition?: ((asOf: number, lsn: string) => void) | undefined;
}

/**
 * Listens for what the triggers on `users` tell, whoever makes the change: `<id> <revision>,...`, without a revision
 * where the user is gone, or `*` where too much changed to tell.
 */
export function listenForUserChanges(options: UserChangesOptions): DatabaseListener {
  const { databaseUrl, logger, observer, heartbeatMs, onPosition } = options;
  return listenToDatabase({
    databaseUrl,
    logger,
    channel: 'users',
    applicationName: 'atrium-user-changes',
    connectTimeoutMs: heartbeatTimeoutMs,
    onNotification: (payload) => tell(observer, payload),
    onListening: () => observer.listening(),
    onLost: () => observer.lost(),
    heartbeat: {
      // What was acknowledged is flushed; what is not flushed yet, a replica cannot have.
      statement: onPosition ? 'SELECT pg_current_wal_flush_lsn()::text AS lsn' : 'SELECT 1',
      everyMs: heartbeatMs,
      timeoutMs: heartbeatTimeoutMs,
      onAnswer(sentAt, { lsn }) {
        onPosition?.(sentAt, String(lsn));
        observer.confirm(sentAt);
      },
    },
  });
}

function tell(observer: ChangeObserver, payload: string): void {
  if (payload === '*') {
    observer.allChanged();
    return;
  }
  for (const change of payload.split(',')) {
    const [id = '', revision] = change.split(' ');
    observer.changed(copyOf(id), revision === undefined ? gone : Number(revision));
  }
}

/** A part of a text keeps all of it in memory; an id that is remembered must not keep a payload. */
function copyOf(id: string): string {
  return Buffer.from(id, 'latin1').toString('latin1');
}
