import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { repositoryRoot } from '@atrium/stack';
import type { System } from './system.ts';

/** What the key command was told and said. */
export interface KeyCommandOutcome {
  exitCode: number;
  stdout: string;
  stderr: string;
}

/** Runs the gateway's key command, as an operator does. */
export function keyCommand(system: System, args: string[]): Promise<KeyCommandOutcome> {
  const cwd = join(repositoryRoot, 'gateway');
  const env = { PATH: process.env.PATH, DATABASE_URL: system.databases.gateway };
  const command = ['--disable-warning=ExperimentalWarning', join('src', 'identity', 'cli.ts'), ...args];
  return new Promise((resolve) => {
    execFile(process.execPath, command, { cwd, env }, (error, stdout, stderr) => {
      resolve({ exitCode: error ? Number(error.code) : 0, stdout, stderr });
    });
  });
}

/** What the key command answers as JSON; fails with its complaint. */
export async function keyAnswer(system: System, args: string[]): Promise<Record<string, unknown>> {
  const { exitCode, stdout, stderr } = await keyCommand(system, [...args, '--json']);
  if (exitCode !== 0) throw new Error(stderr);
  return JSON.parse(stdout);
}

/** Makes an API key with these scopes and nothing more. */
export async function createKey(
  system: System,
  scopes: string[],
  more: string[] = [],
): Promise<{ id: string; key: string }> {
  const made = await keyAnswer(system, ['create', '--name', 'test', '--scopes', scopes.join(','), ...more]);
  return made as { id: string; key: string };
}
