import { Command, CommanderError } from 'commander';
import { checkCommand } from './commands/check.ts';
import { composeCommand } from './commands/compose.ts';
import { diffCommand } from './commands/diff.ts';
import { driftCommand } from './commands/drift.ts';
import { lintCommand } from './commands/lint.ts';
import { operationsCommand } from './commands/operations.ts';
import { serveMockCommand } from './commands/serve-mock.ts';
import { CompositionFault } from './faults.ts';
import { UsageFault } from './usage-fault.ts';

const program = new Command('supergraph')
  .description('Composes the graph of the subgraphs’ schemas, and says what a change of them breaks and for whom.')
  .addHelpText(
    'after',
    '\nExit status: 0 nothing stands in the way, 1 something does, 2 the command cannot be carried out as given.',
  )
  .showHelpAfterError('See supergraph --help.')
  .exitOverride();
const commands = [
  composeCommand(),
  checkCommand(),
  lintCommand(),
  diffCommand(),
  operationsCommand(),
  driftCommand(),
  serveMockCommand(),
];
for (const command of commands) program.addCommand(command.exitOverride());

try {
  await program.parseAsync();
} catch (error) {
  if (error instanceof CommanderError) process.exitCode = error.exitCode === 0 ? 0 : 2;
  else if (error instanceof UsageFault || error instanceof CompositionFault) {
    process.stderr.write(`supergraph: ${error.message}\n`);
    process.exitCode = 2;
  } else throw error;
}
