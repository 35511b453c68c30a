import { describeError, parseDatabaseUrl } from '@atrium/service-kit';
import pg from 'pg';
import type { Logger } from 'pino';
import type { User } from '../domain/user.ts';
import { inOrder, type UserRow, userColumns } from './user-rows.ts';

/** After a fault the replica is left alone for so long, and while it lags for a moment, so that not each read pays. */
const pauseAfterFaultMs = 1_000;
const pauseWhileLaggingMs = 50;
const connectTimeoutMs = 500;
const queryTimeoutMs = 1_000;

/** How far the primary's log had come at `asOf`, a time of performance.now(). */
interface Position {
  readonly asOf: number;
  readonly lsn: string;
}

/** A streaming replica of the database, read only where it proves to be recent. */
export interface Replica {
  /** Hears how far the primary's log had come at `asOf`. */
  note(asOf: number, lsn: string): void;
  /** Users in the order of the ids as of a known time; undefined where the replica is away, or behind too far. */
  findUsersByIds(
    ids: readonly string[],
  ): Promise<{ readonly users: (User | undefined)[]; readonly asOf: number } | undefined>;
  close(): Promise<void>;
}

/**
 * Opens the replica. It answers only when it has replayed the primary's log up to a position that was the primary's at
 * most `maxAgeMs` ago: so the age of an answer is bounded however long the replica lags. The address must lead to one
 * server; a promoted one is no replica any more, and is not read.
 */
export function openReplica(
  databaseUrl: string,
  { connections, maxAgeMs, logger }: { connections: number; maxAgeMs: number; logger: Logger },
): Replica {
  const pool = new pg.Pool({
    ...parseDatabaseUrl(databaseUrl),
    max: connections,
    connectionTimeoutMillis: connectTimeoutMs,
    query_timeout: queryTimeoutMs,
    idleTimeoutMillis: 60_000,
    application_name: 'atrium-profile-replica',
  });
  pool.on('error', () => pause(pauseAfterFaultMs));
  /** Oldest first, none older than `maxAgeMs`. */
  const positions: Position[] = [];
  let pausedUntil = 0;

  function pause(pauseMs: number): void {
    pausedUntil = performance.now() + pauseMs;
  }

  function oldestPosition(): Position | undefined {
    const bound = performance.now() - maxAgeMs;
    while (positions[0] && positions[0].asOf < bound) positions.shift();
    return positions[0];
  }

  /** The two statements go over one connection, and the first one's state is the second's or an earlier one. */
  async function read(client: pg.PoolClient, ids: readonly string[], lsn: string): Promise<UserRow[] | undefined> {
    const { rows } = await client.query<{ recent: boolean }>(
      'SELECT coalesce(pg_is_in_recovery() AND pg_last_wal_replay_lsn() >= $1::pg_lsn, false) AS recent',
      [lsn],
    );
    if (!rows[0]?.recent) {
      pause(pauseWhileLaggingMs);
      return undefined;
    }
    return (await client.query<UserRow>(`SELECT ${userColumns.sql} FROM users WHERE id = ANY ($1::uuid[])`, [ids]))
      .rows;
  }

  return {
    note(asOf, lsn) {
      oldestPosition();
      positions.push({ asOf, lsn });
    },
    async findUsersByIds(ids) {
      const position = oldestPosition();
      if (!position || performance.now() < pausedUntil) return undefined;
      let client: pg.PoolClient | undefined;
      try {
        client = await pool.connect();
        const rows = await read(client, ids, position.lsn);
        client.release();
        return rows && { users: inOrder(ids, rows), asOf: position.asOf };
      } catch (error) {
        client?.release(true);
        pause(pauseAfterFaultMs);
        logger.warn({ error: describeError(error) }, 'the replica does not answer; reading from the primary');
        return undefined;
      }
    },
    close: () => pool.end(),
  };
}
