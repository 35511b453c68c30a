import { type ChildProcess, spawn } from 'node:child_process';
import { chmodSync, existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { freePort, repositoryRoot } from '@atrium/stack';
import { waitFor } from './wait-for.ts';

/** What .data/stack.json says. */
export interface StackFile {
  gatewayUrl: string;
  apiKey: string;
  inboxUrl: string;
  services: Record<string, { url: string; pid: number }>;
}

/** The command behind `npm start`, as somebody at a terminal runs it. */
export interface StartCommand {
  child: ChildProcess;
  /** What it printed so far. */
  told: { output: string; errors: string };
  /** The exit code, or undefined while it runs. */
  exitCode(): number | null | undefined;
}

/** A data folder of a test's own, and ports that are free. */
export interface StackPlace {
  dataDir: string;
  stackFile: string;
  environment: Record<string, string>;
}

/** Makes a place for a stack. */
export async function stackPlace(): Promise<StackPlace> {
  const dataDir = mkdtempSync(join(tmpdir(), 'atrium-start-'));
  chmodSync(dataDir, 0o711);
  return {
    dataDir,
    stackFile: join(dataDir, 'stack.json'),
    environment: { DATA_DIR: dataDir, ...(await freePorts()) },
  };
}

/** A free port for each service, by the names of the settings. */
async function freePorts(): Promise<Record<string, string>> {
  const names = ['PORT', 'PROFILE_PORT', 'IMAGE_PORT', 'MESSAGING_PORT'];
  return Object.fromEntries(await Promise.all(names.map(async (name) => [name, String(await freePort())])));
}

const commands: StartCommand[] = [];

/** Runs the start command with these settings. */
export function startCommand(environment: Record<string, string>): StartCommand {
  const child = spawn(process.execPath, ['--disable-warning=ExperimentalWarning', 'stack/src/main.ts', 'start'], {
    cwd: repositoryRoot,
    env: { PATH: process.env.PATH, HOME: process.env.HOME, ...environment },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  const told = { output: '', errors: '' };
  child.stdout.setEncoding('utf8').on('data', (text: string) => {
    told.output += text;
  });
  child.stderr.setEncoding('utf8').on('data', (text: string) => {
    told.errors += text;
  });
  const exitCode = () => (child.signalCode === null ? (child.exitCode ?? undefined) : null);
  const command = { child, told, exitCode };
  commands.push(command);
  return command;
}

/** Waits until a start command has written its stack.json. */
export function untilReady(command: StartCommand, { stackFile }: StackPlace): Promise<StackFile> {
  return waitFor(
    'the stack is ready',
    () => {
      const { output, errors } = command.told;
      if (command.exitCode() !== undefined) throw new Error(`The start command ended: ${output}${errors}`);
      return existsSync(stackFile) && (JSON.parse(readFileSync(stackFile, 'utf8')) as StackFile);
    },
    { timeoutMs: 60_000 },
  );
}

/** Ends every start command of this file and removes the place. */
export async function clearAway({ dataDir }: StackPlace): Promise<void> {
  for (const { child } of commands) child.kill('SIGTERM');
  await waitFor('everything has stopped', () => commands.every(({ exitCode }) => exitCode() !== undefined), {
    timeoutMs: 20_000,
  });
  rmSync(dataDir, { recursive: true, force: true });
}
