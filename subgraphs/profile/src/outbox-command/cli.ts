import { readSettings, SettingsError, secretText } from '@atrium/service-kit/settings';
import { Command, CommanderError, InvalidArgumentError } from 'commander';
import { openDatabase } from '../store/client.ts';
import { createDeadLetterStore } from '../store/dead-letters.ts';
import { createOutboxStore } from '../store/outbox.ts';
import { type CommandAnswer, CommandFault, list, type Outbox, replay, status } from './commands.ts';

const databaseSettings = { databaseUrl: secretText('DATABASE_URL', "Profile's own PostgreSQL database") };
const idForm = /^[\da-f]{8}(-[\da-f]{4}){3}-[\da-f]{12}$/i;

const program = new Command('outbox')
  .description("what Profile's subscribers have still to be told, in the database at DATABASE_URL")
  .exitOverride()
  .configureOutput({ outputError: (text, write) => write(`outbox: ${onOneLine(text)} See outbox --help.\n`) })
  .addHelpText(
    'after',
    `
A record that its subscriber finds fault with again and again, or that waits too long, becomes a dead letter: it is not
offered any more, and the later ones of its user go on. Mend the subscriber, then replay. A replayed event keeps its id,
so that who has taken it drops it, and may arrive after later ones of its user: receivers go by data.version.
Exit status: 0 done; 1 it cannot be done; 2 the command line cannot be understood.

Examples:
  npm run outbox -- status
  npm run outbox -- list --destination image --json
  npm run outbox -- replay 0193c9a0-7b6e-7c52-9f0a-5d4f7f3a2b10
  npm run outbox -- replay --all --destination image`,
  );

command('status', 'how many records each destination has: due now, later (put off or under way), dead').action(
  (options) => answer(options, status),
);
command('list', 'the dead letters, the latest first')
  .option('-d, --destination <name>', 'only those of one destination')
  .option('-l, --limit <count>', 'how many at most', toLimit, 100)
  .action((options) => answer(options, (outbox) => list(outbox, options)));
command('replay', 'offer dead letters again')
  .argument('[ids...]', 'which ones, by their ids', toIds)
  .option('-d, --destination <name>', 'only those of one destination')
  .option('-a, --all', 'every one there is')
  .action((ids: string[] | undefined, options) => answer(options, (outbox) => replay(outbox, ids ?? [], options)));

function command(name: string, description: string): Command {
  return program.command(name).description(description).option('--json', 'print JSON');
}

async function answer({ json }: { json?: true }, ask: (outbox: Outbox) => Promise<CommandAnswer>): Promise<void> {
  const { databaseUrl } = readSettings(databaseSettings, process.env);
  const database = openDatabase(databaseUrl, 1);
  try {
    const answered = await ask({ records: createOutboxStore(database), letters: createDeadLetterStore(database) });
    console.log(json ? JSON.stringify(answered.json, null, 2) : answered.text);
  } finally {
    await database.$disconnect();
  }
}

function toLimit(text: string): number {
  const limit = Number(text);
  if (/^\d+$/.test(text) && limit >= 1 && limit <= 10_000) return limit;
  throw new InvalidArgumentError('Give a whole number from 1 to 10000.');
}

function toIds(text: string, before: string[] = []): string[] {
  if (idForm.test(text)) return [...before, text.toLowerCase()];
  throw new InvalidArgumentError('Give ids as outbox list shows them.');
}

function onOneLine(text: string): string {
  return text
    .replace(/^error: /, '')
    .replace(/\s+/g, ' ')
    .trim()
    .replace(/[^.]$/, '$&.');
}

/** What went wrong, in one line without the database's address. */
function toLine(error: unknown): string {
  if (error instanceof SettingsError) return error.faults.join('; ');
  if (error instanceof CommandFault) return error.message;
  const { code, meta } = error as { code?: string; meta?: { driverAdapterError?: { cause?: { kind?: string } } } };
  const cause = meta?.driverAdapterError?.cause?.kind ?? code ?? (error instanceof Error ? error.name : typeof error);
  return `The database at DATABASE_URL cannot be used (${cause}). Is it running, and migrated?`;
}

try {
  await program.parseAsync();
} catch (error) {
  if (error instanceof CommanderError) {
    // Commander has said what there is to say. A value that is refused was understood.
    const refused = error.code === 'commander.invalidArgument';
    process.exitCode = error.exitCode === 0 ? 0 : refused ? 1 : 2;
  } else {
    process.stderr.write(`outbox: ${toLine(error)}\n`);
    process.exitCode = 1;
  }
}
