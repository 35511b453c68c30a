import { execFile } from 'node:child_process';
import { isAbsolute, relative, resolve } from 'node:path';
import { promisify } from 'node:util';
import { UsageFault } from '../usage-fault.ts';

const run = promisify(execFile);
const maxBytes = 64 * 1024 * 1024;

/** The files of a commit. */
export interface Commit {
  /** As it was asked for: `origin/main`. */
  ref: string;
  /** The text of a file of the working tree as it is in the commit; rejects where it is not. */
  read(path: string): Promise<string>;
  /** The files below a folder, or all of them, as absolute paths. */
  list(): Promise<string[]>;
}

/** Opens the commit that a ref names; a UsageFault where there is none. */
export async function openCommit(ref: string, directory: string): Promise<Commit> {
  const git = async (...args: string[]): Promise<string> =>
    (await run('git', args, { cwd: directory, maxBuffer: maxBytes })).stdout;
  const commit = await git('rev-parse', '--verify', '--quiet', '--end-of-options', `${ref}^{commit}`).catch(() => '');
  if (!commit) {
    throw new UsageFault(
      `--base ${ref} is neither a file nor a commit that this clone knows. Fetch it first: git fetch origin (in CI, check out with the full history).`,
    );
  }
  // Relative to the folder, so that links in the way to the clone do not matter.
  const top = resolve(directory, (await git('rev-parse', '--show-cdup')).trim());
  return {
    ref,
    read(path) {
      const inside = relative(top, resolve(path));
      if (isAbsolute(inside) || inside.startsWith('..')) throw new Error(`${path} is outside of the repository`);
      return git('cat-file', 'blob', `${commit.trim()}:${inside}`);
    },
    async list() {
      const names = await git('ls-tree', '-r', '-z', '--name-only', '--full-tree', commit.trim());
      return names.split('\0').flatMap((name) => (name ? [resolve(top, name)] : []));
    },
  };
}
