import { spawn } from 'node:child_process';
import { Command } from 'commander';
import { keysCommand as gatewayCommand } from './api-key.ts';
import { deploy } from './migrations/deploy.ts';
import { withDatabases } from './migrations/targets.ts';
import { serviceFolder } from './repository.ts';
import { inheritedEnvironment } from './settings.ts';

/** `keys`: the gateway's own command, on the gateway's database of this stack (running or not). */
export function keysCommand(): Command {
  return new Command('keys')
    .description('create, list, show, rotate and revoke API keys: keys --help')
    .helpOption(false)
    .argument('[arguments...]')
    .allowUnknownOption()
    .passThroughOptions()
    .action(async (args: string[]) => {
      const asksForHelp = args.length === 0 || args[0] === 'help' || args.some((arg) => ['--help', '-h'].includes(arg));
      if (asksForHelp) return run(args, '');
      await withDatabases(async ({ gateway }) => {
        await deploy('gateway', gateway);
        await run(args, gateway);
      });
    });
}

function run(args: string[], databaseUrl: string): Promise<void> {
  const child = spawn(process.execPath, [...gatewayCommand, ...args], {
    cwd: serviceFolder('gateway'),
    env: { ...inheritedEnvironment(), DATABASE_URL: databaseUrl },
    stdio: 'inherit',
  });
  return new Promise((resolve, reject) => {
    child.once('error', reject);
    child.once('exit', (code) => {
      process.exitCode = code ?? 1;
      resolve();
    });
  });
}
