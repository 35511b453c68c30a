import {
  addCommand,
  type CommandAnswer,
  createProgram,
  printAnswer,
  runProgram,
} from '@atrium/service-kit/command-line';
import { readSettings, secretText } from '@atrium/service-kit/settings';
import { InvalidArgumentError } from 'commander';
import { openDatabase } from '../store/client.ts';
import { createDeadLetterStore } from '../store/dead-letters.ts';
import { createOutboxStore } from '../store/outbox.ts';
import { list, type Outbox, replay, status } from './commands.ts';

const databaseSettings = { databaseUrl: secretText('DATABASE_URL', "Profile's own PostgreSQL database") };
const idForm = /^[\da-f]{8}(-[\da-f]{4}){3}-[\da-f]{12}$/i;

const program = createProgram('outbox')
  .description("what Profile's subscribers have still to be told, in the database at DATABASE_URL")
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

addCommand(
  program,
  'status',
  'how many records each destination has: due now, later (put off or under way), dead',
).action((options) => answer(options, status));
addCommand(program, 'list', 'the dead letters, the latest first')
  .option('-d, --destination <name>', 'only those of one destination')
  .option('-l, --limit <count>', 'how many at most', toLimit, 100)
  .action((options) => answer(options, (outbox) => list(outbox, options)));
addCommand(program, 'replay', 'offer dead letters again')
  .argument('[ids...]', 'which ones, by their ids', toIds)
  .option('-d, --destination <name>', 'only those of one destination')
  .option('-a, --all', 'every one there is')
  .action((ids: string[] | undefined, options) => answer(options, (outbox) => replay(outbox, ids ?? [], options)));

async function answer(options: { json?: true }, ask: (outbox: Outbox) => Promise<CommandAnswer>): Promise<void> {
  const { databaseUrl } = readSettings(databaseSettings, process.env);
  const database = openDatabase(databaseUrl, 1);
  try {
    printAnswer(await ask({ records: createOutboxStore(database), letters: createDeadLetterStore(database) }), options);
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

await runProgram(program);
