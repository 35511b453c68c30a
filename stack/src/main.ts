import { Command } from 'commander';
import { migrateCommand } from './migrations/cli.ts';
import { StackError } from './stack-error.ts';

const program = new Command('atrium').description('the whole system on one machine');
program.addCommand(migrateCommand());

try {
  await program.parseAsync();
} catch (error) {
  if (!(error instanceof StackError)) throw error;
  console.error(`atrium: ${error.message}`);
  process.exitCode = 1;
}
