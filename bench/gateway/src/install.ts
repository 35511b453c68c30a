import { spawn } from 'node:child_process';
import { createHash } from 'node:crypto';
import { once } from 'node:events';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import type { Progress } from './progress.ts';

/** Installs what a folder's package-lock.json names, unless that was done before. */
export async function install(folder: string, progress: Progress): Promise<void> {
  const stamp = join(folder, 'node_modules', '.bench-installed');
  const wanted = createHash('sha256')
    .update(readFileSync(join(folder, 'package-lock.json')))
    .digest('hex');
  if (existsSync(stamp) && readFileSync(stamp, 'utf8') === wanted) return;
  await progress.during(`installing the packages of ${basename(folder)}, once`, () => npmCi(folder));
  writeFileSync(stamp, wanted);
}

async function npmCi(folder: string): Promise<void> {
  const npm = process.env.npm_execpath;
  const [command, before] = npm === undefined ? ['npm', []] : [process.execPath, [npm]];
  const options = ['ci', '--no-audit', '--no-fund', '--ignore-scripts', '--loglevel=error'];
  const child = spawn(command, [...before, ...options], { cwd: folder, stdio: ['ignore', 'ignore', 'pipe'] });
  let complaint = '';
  child.stderr.setEncoding('utf8').on('data', (text: string) => {
    complaint += text;
  });
  const [status] = await once(child, 'close');
  if (status !== 0) throw new Error(`npm ci failed in ${folder}:\n${complaint.trim().slice(-2_000)}`);
}
