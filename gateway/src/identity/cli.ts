import { readSettings, SettingsError } from '@atrium/service-kit/settings';
import { Command } from 'commander';
import { databaseSettings } from '../config.ts';
import { hashApiKey, newApiKey } from './api-key.ts';
import { type Expiry, toClientId, toExpiry, toName, toScopes } from './key-arguments.ts';
import { type KeyStore, openKeyStore } from './key-store.ts';
import { toTable } from './key-table.ts';
import type { Scope } from './scopes.ts';

/** A fault to tell in one line. */
class CommandFault extends Error {}

const program = new Command('keys').description('the API keys of the gateway, in the database at DATABASE_URL');
program
  .command('create')
  .description('make a key; it is shown once, and only its hash is kept')
  .requiredOption('-n, --name <name>', 'what it is for', toName)
  .requiredOption('-s, --scopes <scopes>', 'what it may do: names with commas between, or all', toScopes)
  .option('-c, --client <id>', 'the client that it belongs to; a client of its own where left out', toClientId)
  .option('-e, --expires <when>', 'a duration such as 90d, or a date; never where left out', toExpiry)
  .option('--live', 'a key for the public (atr_live_...) instead of one for tests (atr_test_...)')
  .option('--json', 'print JSON')
  .action((options: CreateOptions) => withStore((store) => create(store, options)));
program
  .command('list')
  .description('all keys, without their secrets')
  .option('--json', 'print JSON')
  .action(({ json }: { json?: true }) => withStore(async (store) => print(json, await store.list(), toTable)));
program
  .command('revoke')
  .description('refuse a key from now on; every gateway knows within seconds')
  .argument('<id>', 'its id: the part between atr_test_ and the next _')
  .option('--json', 'print JSON')
  .action((id: string, { json }: { json?: true }) => withStore((store) => revoke(store, id, json)));

interface CreateOptions {
  name: string;
  scopes: Scope[];
  client?: string;
  expires?: Expiry;
  live?: true;
  json?: true;
}

async function create(store: KeyStore, options: CreateOptions): Promise<void> {
  const environment = options.live ? 'live' : 'test';
  const { id, key } = newApiKey(environment);
  const { expires = {} as Partial<{ expiresAt: Date; lifetimeSeconds: number }> } = options;
  const record = await store.create({
    id,
    name: options.name,
    clientId: options.client ?? id,
    hash: hashApiKey(key),
    scopes: options.scopes,
    environment,
    expiresAt: 'expiresAt' in expires ? expires.expiresAt : undefined,
    lifetimeSeconds: 'lifetimeSeconds' in expires ? expires.lifetimeSeconds : undefined,
  });
  if (!record) throw new CommandFault('The key would have expired already. Give --expires a time to come.');
  print(
    options.json,
    { key, ...record },
    () => `${toTable([record])}\n\n${key}\n\nKeep it now: it is not shown again.`,
  );
}

async function revoke(store: KeyStore, id: string, json: true | undefined): Promise<void> {
  const record = await store.revoke(id);
  if (!record) throw new CommandFault(`There is no key ${JSON.stringify(id.slice(0, 100))}. See keys list.`);
  print(json, record, (key) => `${key.id} (${key.name}) is revoked.`);
}

function print<T extends object>(json: true | undefined, value: T, toText: (value: T) => string): void {
  console.log(json ? JSON.stringify(value, null, 2) : toText(value));
}

async function withStore(use: (store: KeyStore) => Promise<void>): Promise<void> {
  const { databaseUrl } = readSettings(databaseSettings, process.env);
  const store = openKeyStore(databaseUrl, { connections: 1, timeoutMs: 10_000 });
  try {
    await use(store);
  } finally {
    await store.close();
  }
}

/** What went wrong, in one line without the database's address. */
function toLine(error: unknown): string {
  if (error instanceof SettingsError) return error.faults.join('; ');
  if (error instanceof CommandFault) return error.message;
  const { code, meta } = error as {
    code?: string;
    meta?: { driverAdapterError?: { cause?: { kind?: string; originalCode?: string } } };
  };
  const cause =
    meta?.driverAdapterError?.cause?.originalCode ??
    meta?.driverAdapterError?.cause?.kind ??
    code ??
    (error instanceof Error ? error.name : typeof error);
  return `The database at DATABASE_URL cannot be used (${cause}). Is it running, and migrated?`;
}

try {
  await program.parseAsync();
} catch (error) {
  process.stderr.write(`keys: ${toLine(error)}\n`);
  process.exitCode = 1;
}
