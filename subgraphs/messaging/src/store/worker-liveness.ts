import { parseDatabaseUrl } from '@atrium/service-kit';
import pg from 'pg';

/** Our advisory locks' class ("work"), apart from those of other purposes. */
const lockClass = 0x776f726b;
/** A worker's lock is taken just after its first jobs may be; younger jobs are therefore left alone. */
const graceMs = 2_000;

/** Tells other processes that a worker lives, and frees the jobs of those that do not. */
export interface WorkerLiveness {
  /** Looks once; answers how many dead workers' jobs were freed. */
  rescue(): Promise<number>;
  close(): Promise<void>;
}

/**
 * A worker holds an advisory lock as long as its session lives, so its lock is free exactly when it is dead. The queue
 * itself would keep a killed worker's jobs for four hours, which is longer than any code lives.
 */
export function openWorkerLiveness(databaseUrl: string, workerIds: readonly string[]): WorkerLiveness {
  let session: Promise<pg.Client> | undefined;

  async function connect(): Promise<pg.Client> {
    const client = new pg.Client({ ...parseDatabaseUrl(databaseUrl), application_name: 'atrium-messaging-liveness' });
    const forget = (): void => {
      session = undefined;
    };
    client.on('error', forget);
    client.on('end', forget);
    try {
      await client.connect();
      // A host that vanishes closes nothing; this is how soon the server notices.
      await client.query('SET tcp_keepalives_idle = 10; SET tcp_keepalives_interval = 5; SET tcp_keepalives_count = 3');
      // An earlier session of ours that the server still believes in holds the lock; the next look tries again.
      await client.query('SET lock_timeout = 5000');
      for (const id of workerIds) await client.query('SELECT pg_advisory_lock($1, hashtext($2))', [lockClass, id]);
    } catch (error) {
      forget();
      await client.end().catch(() => undefined);
      throw error;
    }
    return client;
  }

  function connected(): Promise<pg.Client> {
    session ??= connect();
    return session;
  }

  return {
    async rescue() {
      const client = await connected();
      const { rows } = await client.query<{ id: string }>(
        `SELECT DISTINCT locked_by AS id FROM graphile_worker._private_jobs
         WHERE locked_by <> ALL ($1) AND locked_at < now() - $2 * interval '1 millisecond'`,
        [workerIds, graceMs],
      );
      let freed = 0;
      for (const { id } of rows) freed += (await freeIfDead(client, id)) ? 1 : 0;
      return freed;
    },
    async close() {
      const client = await session?.catch(() => undefined);
      await client?.end();
    },
  };
}

async function freeIfDead(client: pg.Client, workerId: string): Promise<boolean> {
  const { rows } = await client.query<{ dead: boolean }>('SELECT pg_try_advisory_lock($1, hashtext($2)) AS dead', [
    lockClass,
    workerId,
  ]);
  if (!rows[0]?.dead) return false;
  try {
    await client.query('SELECT graphile_worker.force_unlock_workers(ARRAY[$1])', [workerId]);
    // Unlocking by itself tells nobody that there is work.
    await client.query(`SELECT pg_notify('jobs:insert', '{"count":10}')`);
  } finally {
    await client.query('SELECT pg_advisory_unlock($1, hashtext($2))', [lockClass, workerId]);
  }
  return true;
}
