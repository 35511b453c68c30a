import { Command } from 'commander';
import { watchSources } from './dev.ts';
import { migrateCommand } from './migrations/cli.ts';
import { operatorCommands } from './operator-commands.ts';
import { reset } from './reset.ts';
import { runStack } from './run.ts';
import { seedCommand } from './seed/command.ts';
import { readSettings } from './settings.ts';
import { reasonOf, StackError } from './stack-error.ts';

const program = new Command('atrium')
  .enablePositionalOptions()
  .description('Atrium on one machine: PostgreSQL, the gateway and its subgraphs.');

program
  .command('start', { isDefault: true })
  .description('start everything; Ctrl-C stops it')
  .action(() => runStack());

program
  .command('dev')
  .description('start everything, and restart what a change of the sources concerns')
  .action(() => runStack(watchSources));

program
  .command('reset')
  .description('delete what the stack keeps: databases, images, secrets, logs (a PostgreSQL of your own is left alone)')
  .action(async () => {
    const { dataDir } = readSettings();
    await reset(dataDir);
    console.log(`${dataDir} is empty`);
  });

program.addCommand(migrateCommand());
for (const command of operatorCommands()) program.addCommand(command);
program.addCommand(seedCommand());

/** Runs the command that the process was given. */
export async function runCommand(): Promise<void> {
  try {
    await program.parseAsync();
  } catch (error) {
    // A StackError is a fault of the surroundings and says what to do; anything else is ours and shows where it happened.
    console.error(
      error instanceof StackError ? `atrium: ${error.message}` : ((error as Error).stack ?? reasonOf(error)),
    );
    process.exit(1);
  }
}
