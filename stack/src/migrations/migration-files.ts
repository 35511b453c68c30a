import { createHash } from 'node:crypto';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import type { MigrationList } from '@prisma/schema-engine-wasm';

/** One migration of a folder; the checksum is Prisma's: SHA-256 of the file, in hexadecimal. */
export type MigrationFile = { name: string; script: string; checksum: string };

/** The migrations of a service, oldest first. */
export function readMigrations(folder: string): MigrationFile[] {
  if (!existsSync(folder)) return [];
  return readdirSync(folder, { withFileTypes: true })
    .filter((entry) => entry.isDirectory() && existsSync(join(folder, entry.name, 'migration.sql')))
    .map((entry) => readMigration(folder, entry.name))
    .sort((a, b) => (a.name < b.name ? -1 : 1));
}

function readMigration(folder: string, name: string): MigrationFile {
  const script = readFileSync(join(folder, name, 'migration.sql'));
  return { name, script: script.toString('utf8'), checksum: createHash('sha256').update(script).digest('hex') };
}

/** The same list in the form that Prisma's schema engine takes. */
export function toMigrationList(folder: string, files: MigrationFile[]): MigrationList {
  const lock = join(folder, lockFile);
  return {
    baseDir: resolve(folder),
    lockfile: { path: lockFile, content: existsSync(lock) ? readFileSync(lock, 'utf8') : null },
    shadowDbInitScript: '',
    migrationDirectories: files.map(({ name, script }) => ({
      path: name,
      migrationFile: { path: 'migration.sql', content: { tag: 'ok', value: script } },
    })),
  };
}

/** The name of the file that says which kind of database a folder of migrations is for. */
export const lockFile = 'migration_lock.toml';
