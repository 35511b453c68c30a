import { spawn } from 'node:child_process';
import { join } from 'node:path';
import { Command } from 'commander';
import { keysCommand as gatewayKeys } from './api-key.ts';
import { deploy } from './migrations/deploy.ts';
import { withDatabases } from './migrations/targets.ts';
import { type ServiceName, serviceFolder } from './repository.ts';
import { loadSecrets } from './secrets.ts';
import { inheritedEnvironment, readSettings } from './settings.ts';

/** `keys`: the gateway's own command. */
export function keysCommand(): Command {
  return serviceCommand('keys', 'create, list, show, rotate and revoke API keys: keys --help', 'gateway', gatewayKeys);
}

/** `outbox`: Profile's own command. */
export function outboxCommand(): Command {
  const program = ['--disable-warning=ExperimentalWarning', join('src', 'outbox-command', 'cli.ts')];
  const about = "what Profile's subscribers have still to be told; list and replay dead letters: outbox --help";
  return serviceCommand('outbox', about, 'profile', program);
}

/** `phone-policy`: Messaging's own command. */
export function phonePolicyCommand(): Command {
  const about = 'which phone numbers are served; list, allow, deny, check: phone-policy --help';
  return serviceCommand('phone-policy', about, 'messaging', messagingProgram('phone-policy-command'));
}

/** `suppressions`: Messaging's own command. */
export function suppressionsCommand(): Command {
  const about = 'who is not written to; list, add, remove: suppressions --help';
  return serviceCommand('suppressions', about, 'messaging', messagingProgram('suppressions-command'));
}

/** `breakers`: Messaging's own command. */
export function breakersCommand(): Command {
  const about = 'prefixes and countries that are hardly sent codes any more; list, close, history: breakers --help';
  return serviceCommand('breakers', about, 'messaging', messagingProgram('breakers-command'));
}

/** `messages`: Messaging's own command. */
export function messagesCommand(): Command {
  const about = 'messages that failed or are in doubt; show and replay them: messages --help';
  return serviceCommand('messages', about, 'messaging', messagingProgram('messages-command'));
}

function messagingProgram(folder: string): string[] {
  return ['--disable-warning=ExperimentalWarning', join('src', folder, 'cli.ts')];
}

/** A command of a service's own, run by Node in its folder on its database of this stack (running or not). */
function serviceCommand(name: string, description: string, service: ServiceName, program: string[]): Command {
  return new Command(name)
    .description(description)
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
