import { join } from 'node:path';
import { withClient } from '../postgres/provision.ts';
import { prismaFolder, type ServiceName, serviceNames } from '../repository.ts';
import { reasonOf, StackError } from '../stack-error.ts';
import { readMigrations, toMigrationList } from './migration-files.ts';
import { pendingMigrations, readApplied } from './migration-state.ts';

// Advisory locks belong to one database, so the same number serves all ("migrat" in hexadecimal ASCII, shortened).
const migrationLock = 0x6d696772;

/** Applies what is missing to the databases of all services at once; answers the names of what was applied. */
export async function deployAll(databases: Record<ServiceName, string>): Promise<Record<ServiceName, string[]>> {
  const applied = await Promise.all(serviceNames.map((service) => deploy(service, databases[service])));
  return Object.fromEntries(serviceNames.map((service, i) => [service, applied[i] ?? []])) as Record<ServiceName, string[]>;
}

/**
 * Applies a service's missing migrations as `prisma migrate deploy` does, one process at a time. Prisma's engine is
 * loaded only where there is something to apply.
 */
export async function deploy(service: ServiceName, url: string, folder = migrationsFolder(service)): Promise<string[]> {
  const files = readMigrations(folder);
  return withClient(url, async (client) => {
    if (pendingMigrations(service, files, await readApplied(client)).length === 0) return [];
    await client.query('SELECT pg_advisory_lock($1)', [migrationLock]);
    if (pendingMigrations(service, files, await readApplied(client)).length === 0) return [];
    const { noFilter, withSchemaEngine } = await import('./schema-engine.ts');
    const input = { migrationsList: toMigrationList(folder, files), filters: noFilter };
    try {
      const applied = await withSchemaEngine(url, undefined, (engine) => engine.applyMigrations(input));
      return applied.appliedMigrationNames;
    } catch (error) {
      throw new StackError(`${service}: the migration failed: ${faultOf(error)}`);
    }
  });
}

/** The folder of a service's migrations. */
export function migrationsFolder(service: ServiceName): string {
  return join(prismaFolder(service), 'migrations');
}

/** Prisma's message on one line. */
export function faultOf(error: unknown): string {
  const message = error instanceof Error ? error.message : reasonOf(error);
  return message.split('\n').map((line) => line.trim()).filter(Boolean).join(' ');
}
