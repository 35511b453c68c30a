import { type FSWatcher, watch } from 'node:fs';
import { basename, dirname, resolve } from 'node:path';
import { readConfiguration } from './configuration.ts';

/** Editors write a file in several steps; what comes within this time is one change. */
const settleMs = 100;

/**
 * Calls back after each change of a supergraph.yaml or a schema that it names, one call at a time, until the process is
 * told to stop. Folders are watched rather than files, since many editors put a new file in the place of the old one.
 */
export async function watchSources(yamlFile: string, changed: () => Promise<void>): Promise<void> {
  let watchers: FSWatcher[] = [];
  let timer: NodeJS.Timeout | undefined;
  let running = Promise.resolve();

  const follow = async (): Promise<void> => {
    const files = await filesOf(yamlFile);
    const before = watchers;
    watchers = [...Map.groupBy(files, dirname)].map(([folder, within]) => {
      const names = new Set(within.map((file) => basename(file)));
      return watch(folder, (_event, name) => {
        if (name && names.has(name)) noticed();
      });
    });
    for (const watcher of before) watcher.close();
  };
  const noticed = (): void => {
    clearTimeout(timer);
    timer = setTimeout(() => {
      // First watched anew, then read: what changes from here on is noticed, and what changed before is read.
      running = running.then(follow).then(changed);
    }, settleMs);
  };

  await follow();
  process.stdout.write(`watching ${(await filesOf(yamlFile)).length} files\n`);
  await new Promise<void>((resolveStop) => {
    for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => resolveStop());
  });
  clearTimeout(timer);
  for (const watcher of watchers) watcher.close();
}

async function filesOf(yamlFile: string): Promise<string[]> {
  // While supergraph.yaml itself is broken, it is what has to change next.
  const subgraphs = await readConfiguration(yamlFile).catch(() => []);
  return [yamlFile, ...subgraphs.map(({ file }) => resolve(file))];
}
