import {
  chmodSync,
  chownSync,
  copyFileSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type Account, databaseAccount } from './account.ts';
import { clusterFolder } from './locations.ts';
import { withClient } from './provision.ts';
import { type PostgresServer, startPostgres } from './server.ts';

/** Files that belong to the running primary, and folders that a standby fills by itself. */
const leftOut = new Set(['postmaster.pid', 'postmaster.opts']);
const leftEmpty = new Set(['pg_wal', 'pg_replslot', 'pg_dynshmem', 'pg_notify', 'pg_serial', 'pg_stat_tmp']);

/**
 * Starts a streaming replica of a PostgreSQL that exists only for this purpose. The npm packages bring no
 * pg_basebackup, so the files are copied as PostgreSQL's manual says under "Making a Base Backup Using the Low Level API".
 */
export async function startTemporaryReplica(primary: PostgresServer): Promise<PostgresServer> {
  const account = databaseAccount();
  const dataDir = mkdtempSync(join(tmpdir(), 'atrium-replica-'));
  chmodSync(dataDir, 0o711);
  const { folder } = clusterFolder(dataDir, account);
  await withClient(primary.url, async (admin) => {
    await admin.query("SELECT pg_backup_start('replica', fast => true)");
    copyCluster(primary.folder, folder);
    const { rows } = await admin.query<{ labelfile: string }>(
      'SELECT labelfile FROM pg_backup_stop(wait_for_archive => false)',
    );
    writeFileSync(join(folder, 'backup_label'), rows[0]?.labelfile ?? '');
  });
  writeFileSync(join(folder, 'standby.signal'), '');
  if (account) giveTo(account, folder);
  const { username, password, hostname, port } = new URL(primary.url);
  const source = `host=${hostname} port=${port} user=${username} password=${decodeURIComponent(password)}`;
  const replica = await startPostgres({
    dataDir,
    password: decodeURIComponent(password),
    settings: { primary_conninfo: source },
  });
  return {
    ...replica,
    stop: async () => {
      await replica.stop();
      for (const path of [replica.folder, dataDir]) if (existsSync(path)) rmSync(path, { recursive: true });
    },
  };
}

function copyCluster(from: string, to: string): void {
  mkdirSync(to, { mode: 0o700 });
  for (const name of readdirSync(from)) {
    if (leftOut.has(name)) continue;
    if (leftEmpty.has(name)) mkdirSync(join(to, name), { mode: 0o700 });
    else copy(join(from, name), join(to, name));
  }
}

/** What the running primary removes meanwhile is no loss: its log says so. */
function copy(from: string, to: string): void {
  try {
    if (statSync(from).isDirectory()) {
      mkdirSync(to, { mode: 0o700 });
      for (const name of readdirSync(from)) copy(join(from, name), join(to, name));
    } else {
      copyFileSync(from, to);
    }
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ENOENT') throw error;
  }
}

function giveTo(account: Account, folder: string): void {
  chownSync(folder, account.uid, account.gid);
  for (const entry of readdirSync(folder, { recursive: true, encoding: 'utf8' })) {
    chownSync(join(folder, entry), account.uid, account.gid);
  }
}
