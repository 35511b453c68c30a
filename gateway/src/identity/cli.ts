import { userInfo } from 'node:os';
import {
  addCommand,
  type CommandAnswer,
  createProgram,
  printAnswer,
  runProgram,
} from '@atrium/service-kit/command-line';
import { readSettings } from '@atrium/service-kit/settings';
import { Option } from 'commander';
import { databaseSettings } from '../config.ts';
import { toClientId, toExpiry, toKeyId, toName, toOverlap, toRequestsPerMinute, toScopes } from './key-arguments.ts';
import { create, list, revoke, rotate, show } from './key-commands.ts';
import { type KeyStore, openKeyStore } from './key-store.ts';
import { scopes } from './scopes.ts';

const program = createProgram('keys')
  .description('the API keys of the gateway, in the database at DATABASE_URL')
  .addHelpText(
    'after',
    `
Scopes: ${scopes.join(' ')}.
A key's id is the part between atr_test_ (or atr_live_) and the next _; where an id is asked for, a whole key will do.
Exit status: 0 done; 1 it cannot be done; 2 the command line cannot be understood.

Examples:
  npm run keys -- create --name web --scopes profile:read,image:read --expires 90d
  npm run keys -- create --name partner --scopes all --live --requests-per-minute 600
  npm run keys -- list --json
  npm run keys -- show 4fQ0rT9xLm2Z
  npm run keys -- rotate 4fQ0rT9xLm2Z --overlap 7d
  npm run keys -- revoke 4fQ0rT9xLm2Z --by 'on call'`,
  );

addCommand(program, 'create', 'make a key; it is shown once, and only its hash is kept')
  .requiredOption('-n, --name <name>', 'what it is for', toName)
  .requiredOption('-s, --scopes <scopes>', 'what it may do: names with commas between, or all', toScopes)
  .option('-c, --client <id>', 'the client that it belongs to; a client of its own where left out', toClientId)
  .option('-e, --expires <when>', 'a duration such as 90d, or a date; never where left out', toExpiry)
  .option(
    '-r, --requests-per-minute <count>',
    "its own limit; the gateway's default where left out",
    toRequestsPerMinute,
  )
  .option('--live', 'a key for the public (atr_live_...) instead of one for tests (atr_test_...)')
  .option('--by <who>', 'who does this, for the audit trail', toName, operatingSystemUser())
  .action((options) => answer(options, (store) => create(store, options)));
addCommand(program, 'list', 'all keys, without their secrets').action((options) => answer(options, list));
addCommand(program, 'show', 'all of one key, and what was done to it by whom')
  .argument('<id>', 'its id', toKeyId)
  .action((id: string, options) => answer(options, (store) => show(store, id)));
addCommand(program, 'rotate', 'make a key that can do the same, and end the old one after an overlap')
  .argument('<id>', "the old key's id", toKeyId)
  .addOption(
    new Option('-o, --overlap <duration>', 'how long both are good; the old one never longer than it was')
      .argParser(toOverlap)
      .default(86_400, '24h'),
  )
  .option('--by <who>', 'who does this, for the audit trail', toName, operatingSystemUser())
  .action((id: string, options) => answer(options, (store) => rotate(store, id, options)));
addCommand(program, 'revoke', 'refuse a key from now on; every gateway knows within seconds')
  .argument('<id>', 'its id', toKeyId)
  .option('--by <who>', 'who does this, for the audit trail', toName, operatingSystemUser())
  .action((id: string, options) => answer(options, (store) => revoke(store, id, options)));

async function answer(options: { json?: true }, ask: (store: KeyStore) => Promise<CommandAnswer>): Promise<void> {
  const { databaseUrl } = readSettings(databaseSettings, process.env);
  const store = openKeyStore(databaseUrl, { connections: 2, timeoutMs: 10_000 });
  try {
    printAnswer(await ask(store), options);
  } finally {
    await store.close();
  }
}

// A container may run as a user that its system has no name for.
function operatingSystemUser(): string {
  try {
    return userInfo().username;
  } catch {
    return `uid ${process.getuid?.() ?? 'unknown'}`;
  }
}

await runProgram(program);
