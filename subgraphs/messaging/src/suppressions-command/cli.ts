import { addCommand, createProgram, runProgram } from '@atrium/service-kit/command-line';
import { Option } from 'commander';
import { suppressionReasons } from '../domain/suppressions.ts';
import { createAnswer, toLimit } from '../operator-command.ts';
import { add, list, remove } from './commands.ts';

const answer = createAnswer(process.env);
const reasons = () => new Option('-r, --reason <reason>', 'why').choices(suppressionReasons);

const program = createProgram('suppressions')
  .description('who is not written to, by the database at DATABASE_URL')
  .addHelpText(
    'after',
    `
A recipient is a phone number in international form, for SMS, or an e-mail address. They are kept as keyed hashes
(NUMBER_HMAC_KEY) and never shown again. Give - to read them from the standard input, one a line.
A number on the list gets no SMS of any kind, codes included. Each reason stands by itself: who is on the list for two is
on it until both are removed.
Exit status: 0 done; 1 it cannot be done; 2 the command line cannot be understood.

Examples:
  npm run suppressions -- list --reason STOP
  npm run suppressions -- add +447400123456
  npm run suppressions -- add asha@example.com --reason COMPLAINT
  npm run suppressions -- remove +447400123456 --reason STOP
  npm run suppressions -- remove - < recipients.txt`,
  );

addCommand(program, 'list', 'the entries, the latest first, by the beginnings of their hashes')
  .addOption(new Option('-c, --channel <channel>', 'only those of one channel').choices(['SMS', 'EMAIL']))
  .addOption(reasons())
  .option('-l, --limit <count>', 'how many at most', toLimit, 100)
  .action((options) => answer(options, (tools) => list(tools, options)));
addCommand(program, 'add', 'write to recipients no more')
  .argument('<recipients...>', 'phone numbers, e-mail addresses, or -')
  .addOption(reasons().default('OPERATOR'))
  .action((recipients: string[], options) => answer(options, (tools) => add(tools, recipients, options)));
addCommand(program, 'remove', 'write to recipients again')
  .argument('<recipients...>', 'phone numbers, e-mail addresses, or -')
  .addOption(reasons())
  .action((recipients: string[], options) => answer(options, (tools) => remove(tools, recipients, options)));

await runProgram(program);
