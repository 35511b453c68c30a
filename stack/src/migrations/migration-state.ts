import type pg from 'pg';
import { StackError } from '../stack-error.ts';
import type { MigrationFile } from './migration-files.ts';

/** A row of Prisma's own table. */
export type AppliedMigration = { name: string; checksum: string; finished: boolean; rolledBack: boolean };

/** What Prisma's table says about a database; empty where nothing was ever applied. */
export async function readApplied(client: pg.Client): Promise<AppliedMigration[]> {
  const found = await client.query<{ there: boolean }>(
    `SELECT to_regclass('public._prisma_migrations') IS NOT NULL AS there`,
  );
  if (!found.rows[0]?.there) return [];
  const { rows } = await client.query<AppliedMigration>(
    `SELECT migration_name AS name, checksum, finished_at IS NOT NULL AS finished, rolled_back_at IS NOT NULL AS "rolledBack"
       FROM public._prisma_migrations ORDER BY started_at, migration_name`,
  );
  return rows;
}

/**
 * The migrations of the folder that the database has yet to take. A migration that failed half-way, or one that was
 * edited after it had been applied, needs a person and is a StackError.
 */
export function pendingMigrations(service: string, files: MigrationFile[], applied: AppliedMigration[]): MigrationFile[] {
  const standing = applied.filter((migration) => !migration.rolledBack);
  const failed = standing.find((migration) => !migration.finished);
  if (failed) {
    throw new StackError(`${service}: migration ${failed.name} failed before: see prisma migrate resolve, or npm run reset.`);
  }
  const checksums = new Map(standing.map(({ name, checksum }) => [name, checksum]));
  const edited = files.find(({ name, checksum }) => checksums.has(name) && checksums.get(name) !== checksum);
  if (edited) {
    throw new StackError(
      `${service}: migration ${edited.name} was edited after it had been applied: restore it, or npm run reset.`,
    );
  }
  return files.filter(({ name }) => !checksums.has(name));
}
