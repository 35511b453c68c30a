import { addCommand, createProgram, runProgram } from '@atrium/service-kit/command-line';
import { createAnswer, toLimit } from '../operator-command.ts';
import { close, history, list } from './commands.ts';

const answer = createAnswer(process.env);

const program = createProgram('breakers')
  .description('prefixes and countries whose codes are hardly verified any more, in the database at DATABASE_URL')
  .addHelpText(
    'after',
    `
A breaker opens where the part of codes that are verified collapses against its own history, as it does when somebody
pumps SMS to numbers that pay them. While it is open a few probes are sent in each round, and it closes by itself once
enough of them are verified. Close one by hand where you know better: what was sent until then does not open it again.
Exit status: 0 done; 1 it cannot be done; 2 the command line cannot be understood.

Examples:
  npm run breakers -- list
  npm run breakers -- close prefix +9198765
  npm run breakers -- history --limit 20 --json`,
  );

addCommand(program, 'list', 'the breakers that are open').action((options) =>
  answer(options, ({ database }) => list(database)),
);
addCommand(program, 'close', 'close a breaker by hand')
  .argument('<kind>', 'prefix or country')
  .argument('<key>', 'as list shows it: +9198765, IN')
  .action((kind: string, key: string, options) => answer(options, ({ database }) => close(database, kind, key)));
addCommand(program, 'history', 'the breakers that opened and closed within 30 days, the latest first')
  .option('-l, --limit <count>', 'how many at most', toLimit, 100)
  .action((options) => answer(options, ({ database }) => history(database, options)));

await runProgram(program);
