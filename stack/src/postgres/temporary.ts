import { randomBytes } from 'node:crypto';
import { chmodSync, existsSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type PostgresServer, startPostgres } from './server.ts';

/** Starts a PostgreSQL that exists only for this purpose: its files go when it stops. */
export async function startTemporaryPostgres(settings: Record<string, string> = {}): Promise<PostgresServer> {
  const dataDir = mkdtempSync(join(tmpdir(), 'atrium-postgres-'));
  chmodSync(dataDir, 0o711);
  const server = await startPostgres({ dataDir, password: randomBytes(24).toString('base64url'), settings });
  return {
    ...server,
    stop: async () => {
      await server.stop();
      for (const folder of [server.folder, dataDir]) if (existsSync(folder)) rmSync(folder, { recursive: true });
    },
  };
}
