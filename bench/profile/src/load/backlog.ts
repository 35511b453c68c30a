import { setTimeout as pause } from 'node:timers/promises';
import pg from 'pg';
import type { Backlog } from './job.ts';

const lookEveryMs = 20;
const mostPatienceMs = 120_000;

/** Sees when all work is done. */
export interface BacklogWatch {
  /** Waits until nothing is left to do. */
  worked(): Promise<void>;
  close(): Promise<void>;
}

/** Connects to the databases that hold the backlog, so that looking at it costs no connecting. */
export async function watchBacklog(backlog: Backlog | undefined): Promise<BacklogWatch> {
  const looks = await Promise.all(
    (backlog?.queries ?? []).map(async ({ databaseUrl, sql }) => {
      const client = new pg.Client({ connectionString: databaseUrl });
      await client.connect();
      const isBusy = async () => (await client.query<{ busy: boolean }>(sql)).rows[0]?.busy ?? false;
      return { client, isBusy };
    }),
  );
  const isBusy = async () => (await Promise.all(looks.map((look) => look.isBusy()))).some(Boolean);
  return {
    async worked() {
      const deadline = performance.now() + mostPatienceMs;
      while (await isBusy()) {
        if (performance.now() > deadline) throw new Error(`work is left after ${mostPatienceMs / 1_000} s`);
        await pause(lookEveryMs);
      }
    },
    async close() {
      await Promise.all(looks.map(({ client }) => client.end()));
    },
  };
}
