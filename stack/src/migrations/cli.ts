import { Command, InvalidArgumentError, Option } from 'commander';
import { withClient } from '../postgres/provision.ts';
import { isServiceName, type ServiceName, serviceNames } from '../repository.ts';
import { createMigration } from './create.ts';
import { deploy, migrationsFolder } from './deploy.ts';
import { readMigrations } from './migration-files.ts';
import { pendingMigrations, readApplied } from './migration-state.ts';
import { withAdmin, withDatabases } from './targets.ts';

/** `migrate`: deploy, create and status. */
export function migrateCommand(): Command {
  const command = new Command('migrate').description('the migrations of the services, by the engine that Prisma ships on npm');
  const service = () => new Option('-s, --service <name>', `one of ${serviceNames.join(', ')}; all where left out`);
  command
    .command('deploy')
    .description('apply what is missing, as prisma migrate deploy does')
    .addOption(service().argParser(toService))
    .addHelpText('after', databasesHelp)
    .action(({ service }: { service?: ServiceName }) => runDeploy(chosen(service)));
  command
    .command('status')
    .description('say what is applied and what is missing (exit 1 where something is)')
    .addOption(service().argParser(toService))
    .addHelpText('after', databasesHelp)
    .action(({ service }: { service?: ServiceName }) => runStatus(chosen(service)));
  command
    .command('create')
    .description('let Prisma write the migration that brings the migrations so far to schema.prisma')
    .addOption(service().argParser(toService).makeOptionMandatory())
    .requiredOption('-n, --name <name>', 'what it does, in a few words: add-user-locale', toMigrationName)
    .option('--draft', 'make an empty migration where the schema did not change, to be filled by hand')
    .addHelpText('after', '\nUses a PostgreSQL that exists for a moment only, or DATABASE_URL where that is set.')
    .action((options: { service: ServiceName; name: string; draft?: boolean }) => runCreate(options));
  return command;
}

const databasesHelp =
  '\nThe databases are <SERVICE>_DATABASE_URL, else those on DATABASE_URL, else those of .data (running or not).';

const chosen = (service?: ServiceName): readonly ServiceName[] => (service ? [service] : serviceNames);

function toService(name: string): ServiceName {
  if (isServiceName(name)) return name;
  throw new InvalidArgumentError(`It is one of ${serviceNames.join(', ')}.`);
}

function toMigrationName(name: string): string {
  const plain = name.trim().toLowerCase().replace(/[^a-z0-9]+/g, '_').replace(/^_+|_+$/g, '');
  if (plain === '') throw new InvalidArgumentError('It needs a letter or a digit.');
  return plain;
}

async function runDeploy(services: readonly ServiceName[]): Promise<void> {
  await withDatabases(async (databases) => {
    const results = await Promise.all(services.map((service) => deploy(service, databases[service])));
    for (const [i, service] of services.entries()) {
      const applied = results[i] ?? [];
      console.log(`${service}: ${applied.length === 0 ? 'nothing to apply' : `applied ${applied.join(', ')}`}`);
    }
  });
}

async function runStatus(services: readonly ServiceName[]): Promise<void> {
  await withDatabases(async (databases) => {
    for (const service of services) {
      const files = readMigrations(migrationsFolder(service));
      const applied = await withClient(databases[service], readApplied);
      const pending = pendingMigrations(service, files, applied).map(({ name }) => name);
      console.log(`${service}: ${files.length - pending.length} applied, ${pending.length} missing${list(pending)}`);
      if (pending.length > 0) process.exitCode = 1;
    }
  });
}

const list = (names: string[]): string => (names.length > 0 ? `: ${names.join(', ')}` : '');

async function runCreate({ service, name, draft = false }: { service: ServiceName; name: string; draft?: boolean }) {
  const file = await withAdmin((adminUrl) => createMigration({ service, name, draft, adminUrl }));
  console.log(file ?? `${service}: the migrations already say what schema.prisma says`);
}
