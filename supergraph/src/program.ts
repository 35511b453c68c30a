import { Command, CommanderError } from 'commander';
import { CompositionFault } from './faults.ts';
import { UsageFault } from './usage-fault.ts';

/** The commands, each loaded only where it is meant: composer and planner take most of the time of a start. */
const commands: Record<string, () => Promise<{ createCommand(): Command }>> = {
  compose: () => import('./commands/compose.ts'),
  check: () => import('./commands/check.ts'),
  lint: () => import('./commands/lint.ts'),
  diff: () => import('./commands/diff.ts'),
  operations: () => import('./commands/operations.ts'),
  contracts: () => import('./commands/contracts.ts'),
  drift: () => import('./commands/drift.ts'),
  'serve-mock': () => import('./commands/serve-mock.ts'),
};

/** Runs the command line to its end; the exit status is left in the process. */
export async function runProgram(argv: string[]): Promise<void> {
  const program = new Command('supergraph')
    .description('Composes the graph of the subgraphs’ schemas, and says what a change of them breaks and for whom.')
    .addHelpText(
      'after',
      '\nExit status: 0 nothing stands in the way, 1 something does, 2 the command cannot be carried out as given.',
    )
    .showHelpAfterError('See supergraph --help.')
    .exitOverride();
  const meant = commands[argv[2] ?? ''];
  for (const load of meant ? [meant] : Object.values(commands)) {
    program.addCommand((await load()).createCommand().exitOverride());
  }
  try {
    await program.parseAsync(argv);
  } catch (error) {
    process.exitCode = 2;
    if (error instanceof CommanderError) process.exitCode = error.exitCode === 0 ? 0 : 2;
    else if (error instanceof UsageFault || error instanceof CompositionFault) {
      process.stderr.write(`supergraph: ${error.message}\n`);
    } else throw error;
  }
}
