// Runs before `npm start` and `npm test`, on whatever Node >= 20 the machine has and with nothing installed yet:
// installs when node_modules does not match package-lock.json, and otherwise costs some milliseconds.
import { spawnSync } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';

const root = resolve(import.meta.dirname ?? new URL('.', import.meta.url).pathname, '..');

function readPackages(file) {
  try {
    return JSON.parse(readFileSync(join(root, file), 'utf8')).packages;
  } catch {
    return undefined;
  }
}

/** Why node_modules is not what the lockfile asks for; undefined where it is. */
function findMismatch() {
  const wanted = readPackages('package-lock.json');
  const installed = readPackages('node_modules/.package-lock.json');
  if (!wanted) return 'package-lock.json cannot be read';
  if (!installed) return 'nothing is installed yet';
  for (const [path, { link, optional, devOptional, version, integrity }] of Object.entries(wanted)) {
    if (!path.includes('node_modules/') || link) continue;
    const found = installed[path];
    // Packages for other platforms are optional and rightly absent.
    if (!found && (optional || devOptional)) continue;
    if (found?.version !== version || found?.integrity !== integrity) return `${path} is not at ${version}`;
    // npm notes everything beside the root's packages; a copy or a cache of those alone lacks what lies in a workspace.
    if (!path.startsWith('node_modules/') && !existsSync(join(root, path))) return `${path} is missing`;
  }
  if (!existsSync(join(root, 'node_modules/.bin/node'))) return 'the pinned Node is missing';
  return undefined;
}

const [major] = process.versions.node.split('.');
if (Number(major) < 20) {
  console.error(`Node ${process.versions.node} cannot install this project. Install Node 20 or newer.`);
  process.exit(1);
}

const mismatch = findMismatch();
if (mismatch) {
  console.error(`Installing, because ${mismatch}: one to two minutes, once.`);
  const npm = process.env.npm_execpath ? [process.execPath, process.env.npm_execpath] : ['npm'];
  const [command, ...args] = [...npm, 'ci', '--no-audit', '--no-fund', '--loglevel=error'];
  const { status } = spawnSync(command, args, { cwd: root, stdio: ['ignore', 'inherit', 'inherit'] });
  if (status !== 0) {
    console.error('The installation failed; the lines above say why. Nothing was started.');
    process.exit(1);
  }
}
