import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { repositoryRoot } from '@atrium/stack';
import type { System } from './system.ts';

/** What an operator's command answers as JSON, run on a system as `npm run <command>` runs it; fails with its complaint. */
export function operatorAnswer(system: System, command: string, args: string[]): Promise<unknown> {
  const env = { PATH: process.env.PATH, DATA_DIR: system.dataDir };
  const program = [
    '--disable-warning=ExperimentalWarning',
    join('stack', 'src', 'main.ts'),
    command,
    ...args,
    '--json',
  ];
  return new Promise((resolve, reject) => {
    execFile(process.execPath, program, { cwd: repositoryRoot, env }, (error, out, complaint) => {
      if (error) reject(new Error(complaint || error.message));
      else resolve(JSON.parse(out));
    });
  });
}
