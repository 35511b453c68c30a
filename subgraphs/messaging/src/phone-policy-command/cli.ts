import { addCommand, createProgram, runProgram } from '@atrium/service-kit/command-line';
import { lineTypes } from '../domain/phone-policy.ts';
import { createAnswer, toLifetime, toLimit, toReason } from '../operator-command.ts';
import { allowNumber, check, denyNumber, list, removeRule, setRule } from './commands.ts';

const answer = createAnswer(process.env);

const program = createProgram('phone-policy')
  .description('which phone numbers are served, by the database at DATABASE_URL')
  .addHelpText(
    'after',
    `
A rule is about a country (ISO 3166-1 alpha-2, or '*' for any other), the prefix of numbers (+4470) or the type of line:
${lineTypes.join(' ')}.
What decides: a denied number; then the longest prefix that is longer than the calling code, or else the country, or else
a shorter prefix, or else '*'; then the type. Every process of Messaging follows a change within a second.
Numbers are kept as keyed hashes (NUMBER_HMAC_KEY) and never shown again. Give - to read them from the standard input, one a line.
Exit status: 0 done; 1 it cannot be done; 2 the command line cannot be understood.

Examples:
  npm run phone-policy -- list
  npm run phone-policy -- deny country KP --reason sanctions
  npm run phone-policy -- allow prefix +8816
  npm run phone-policy -- remove prefix +8816
  npm run phone-policy -- deny-number +447400123456 --reason fraud --expires 90d
  npm run phone-policy -- deny-number - < numbers.txt
  npm run phone-policy -- check '098765 43210' --country IN`,
  );

addCommand(program, 'list', 'the rules, and the denied numbers by the beginnings of their hashes')
  .option('-l, --limit <count>', 'how many denied numbers at most', toLimit, 100)
  .action((options) => answer(options, (tools) => list(tools, options)));
for (const [name, effect] of [
  ['allow', 'ALLOW'],
  ['deny', 'DENY'],
] as const) {
  addCommand(program, name, `${name} a country, a prefix or a type of line`)
    .argument('<kind>', 'country, prefix or type')
    .argument('<value>', "KP or '*'; +4470; VOIP")
    .option('-r, --reason <text>', 'why, for whoever reads the list', toReason)
    .action((kind: string, value: string, options) =>
      answer(options, (tools) => setRule(tools, { kind, value, effect, ...options })),
    );
}
addCommand(program, 'remove', 'take a rule away')
  .argument('<kind>', 'country, prefix or type')
  .argument('<value>', 'as the list shows it')
  .action((kind: string, value: string, options) => answer(options, (tools) => removeRule(tools, { kind, value })));
addCommand(program, 'deny-number', 'put single numbers on the deny list')
  .argument('<numbers...>', 'in international form, or -')
  .option('-r, --reason <text>', 'why, for whoever reads the list', toReason)
  .option('-e, --expires <duration>', 'for how long, such as 90d; for ever where left out', toLifetime)
  .action((numbers: string[], options) => answer(options, (tools) => denyNumber(tools, numbers, options)));
addCommand(program, 'allow-number', 'take single numbers off the deny list')
  .argument('<numbers...>', 'in international form, or -')
  .action((numbers: string[], options) => answer(options, (tools) => allowNumber(tools, numbers)));
addCommand(program, 'check', 'whether a number is served, and what decides it')
  .argument('<number>', 'as people write it')
  .option('-c, --country <code>', 'the country that a national number is read in')
  .action((number: string, options) => answer(options, (tools) => check(tools, number, options)));

await runProgram(program);
