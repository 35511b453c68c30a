import { spawn } from 'node:child_process';
import { createHash } from 'node:crypto';
import { once } from 'node:events';
import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import type { Progress } from './progress.ts';

/**
 * Installs what a folder's package-lock.json names, and builds it where its package.json says how, unless both were done
 * before with the same files.
 */
export async function install(folder: string, progress: Progress): Promise<void> {
  const stamp = join(folder, 'node_modules', '.bench-installed');
  const wanted = hashOf(folder);
  if (existsSync(stamp) && readFileSync(stamp, 'utf8') === wanted) return;
  await progress.during(`installing the packages of ${basename(folder)}, once`, async () => {
    await npm(folder, ['ci', '--no-audit', '--no-fund', '--ignore-scripts']);
    await npm(folder, ['run', 'build', '--if-present', '--silent']);
  });
  writeFileSync(stamp, wanted);
}

/** Changes with what is installed and with what is built of it. */
function hashOf(folder: string): string {
  const hash = createHash('sha256');
  const sources = readdirSync(folder).filter((name) => /^package(-lock)?\.json$|\.ts$/.test(name));
  for (const name of sources.sort()) hash.update(readFileSync(join(folder, name)));
  return hash.digest('hex');
}

async function npm(folder: string, args: readonly string[]): Promise<void> {
  const path = process.env.npm_execpath;
  const [command, before] = path === undefined ? ['npm', []] : [process.execPath, [path]];
  const options = { cwd: folder, stdio: ['ignore', 'ignore', 'pipe'] as ['ignore', 'ignore', 'pipe'] };
  const child = spawn(command, [...before, ...args, '--loglevel=error'], options);
  let complaint = '';
  child.stderr.setEncoding('utf8').on('data', (text: string) => {
    complaint += text;
  });
  const [status] = await once(child, 'close');
  if (status !== 0) throw new Error(`npm ${args[0]} failed in ${folder}:\n${complaint.trim().slice(-2_000)}`);
}
