import { spawn } from 'node:child_process';
import { join } from 'node:path';
import { Command } from 'commander';
import { keysCommand } from './api-key.ts';
import { deploy } from './migrations/deploy.ts';
import { withDatabases } from './migrations/targets.ts';
import { type ServiceName, serviceFolder } from './repository.ts';
import { loadSecrets } from './secrets.ts';
import { inheritedEnvironment, readSettings } from './settings.ts';

/** A command of a service's own: what is told of it, whose it is, and how Node is started for it in the service's folder. */
type OperatorCommand = readonly [name: string, about: string, service: ServiceName, program: readonly string[]];

const commands: readonly OperatorCommand[] = [
  ['keys', 'create, list, show, rotate and revoke API keys', 'gateway', keysCommand],
  [
    'outbox',
    "what Profile's subscribers have still to be told; list and replay dead letters",
    'profile',
    cliIn('outbox-command'),
  ],
  [
    'phone-policy',
    'which phone numbers are served; list, allow, deny, check',
    'messaging',
    cliIn('phone-policy-command'),
  ],
  ['suppressions', 'who is not written to; list, add, remove', 'messaging', cliIn('suppressions-command')],
  [
    'breakers',
    'prefixes and countries that are hardly sent codes any more; list, close, history',
    'messaging',
    cliIn('breakers-command'),
  ],
  ['messages', 'messages that failed or are in doubt; show and replay them', 'messaging', cliIn('messages-command')],
];

function cliIn(folder: string): string[] {
  return ['--disable-warning=ExperimentalWarning', join('src', folder, 'cli.ts')];
}

/** The services' own commands, each run in its service's folder on its database of this stack (running or not). */
export function operatorCommands(): Command[] {
  return commands.map(toCommand);
}

function toCommand([name, about, service, program]: OperatorCommand): Command {
  return new Command(name)
    .description(`${about}: ${name} --help`)
    .helpOption(false)
    .argument('[arguments...]')
    .allowUnknownOption()
    .passThroughOptions()
    .action(async (args: string[]) => {
      const asksForHelp = args.length === 0 || args[0] === 'help' || args.some((arg) => ['--help', '-h'].includes(arg));
      if (asksForHelp) return run(service, [...program, ...args], {});
      await withDatabases(async ({ [service]: databaseUrl }) => {
        await deploy(service, databaseUrl);
        // The keys that the service itself has: what it hashes and what its operator hashes must be the same.
        const { shared } = await loadSecrets(readSettings().dataDir);
        await run(service, [...program, ...args], {
          ATRIUM_MODE: 'development',
          ...shared,
          DATABASE_URL: databaseUrl,
        });
      });
    });
}

function run(service: ServiceName, args: string[], environment: Record<string, string>): Promise<void> {
  const child = spawn(process.execPath, args, {
    cwd: serviceFolder(service),
    env: { ...inheritedEnvironment(), ...environment },
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
