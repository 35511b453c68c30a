import { addCommand, type CommandAnswer, createProgram, runProgram } from '@atrium/service-kit/command-line';
import { InvalidArgumentError } from 'commander';
import type { UndeliveredStore } from '../domain/undelivered.ts';
import { createAnswer, toLimit } from '../operator-command.ts';
import { createUndeliveredStore } from '../store/undelivered.ts';
import { list, replay, show } from './commands.ts';

const withTools = createAnswer(process.env);
const answer = (options: { json?: true }, ask: (store: UndeliveredStore) => Promise<CommandAnswer>) =>
  withTools(options, ({ database }) => ask(createUndeliveredStore(database)));

const idForm = /^[\da-f]{8}(-[\da-f]{4}){3}-[\da-f]{12}$/i;

const program = createProgram('messages')
  .description('messages that did not go out, in the database at DATABASE_URL')
  .addHelpText(
    'after',
    `
A message fails when its provider refuses it, or when its tries or its time are used up. It fails as doubtful when the
provider's answer was lost and the provider cannot tell: it may have been sent. The text of a failed message is kept for a
while (FAILED_TEXT_LIFETIME_MS) and can be replayed; what carried a code cannot. Recipients are shown masked.
Exit status: 0 done; 1 it cannot be done; 2 the command line cannot be understood.

Examples:
  npm run messages -- failed --operation WELCOME
  npm run messages -- doubtful --json
  npm run messages -- show 0193c9a0-7b6e-7c52-9f0a-5d4f7f3a2b10
  npm run messages -- replay 0193c9a0-7b6e-7c52-9f0a-5d4f7f3a2b10
  npm run messages -- replay --all --operation WELCOME`,
  );

for (const [name, doubtful, description] of [
  ['failed', false, 'the messages that failed, the latest first'],
  ['doubtful', true, 'those of which nobody knows whether they were sent, the latest first'],
] as const) {
  addCommand(program, name, description)
    .option('-o, --operation <name>', 'only those of one operation')
    .option('-l, --limit <count>', 'how many at most', toLimit, 100)
    .action((options) => answer(options, (store) => list(store, { ...options, doubtful })));
}
addCommand(program, 'show', 'all that is known of one message')
  .argument('<id>', 'which one', toId)
  .action((id: string, options) => answer(options, (store) => show(store, id)));
addCommand(program, 'replay', 'queue failed messages again, with their tries counted anew')
  .argument('[ids...]', 'which ones, by their ids', toIds)
  .option('-a, --all', 'every one whose text is still there')
  .option('-o, --operation <name>', 'only those of one operation')
  .option('--doubtful', 'doubtful ones as well, which may then arrive twice')
  .action((ids: string[] | undefined, options) => answer(options, (store) => replay(store, ids ?? [], options)));

function toId(text: string): string {
  if (idForm.test(text)) return text.toLowerCase();
  throw new InvalidArgumentError('Give ids as messages failed shows them.');
}

function toIds(text: string, before: string[] = []): string[] {
  return [...before, toId(text)];
}

await runProgram(program);
