import { existsSync, watch } from 'node:fs';
import { join, relative } from 'node:path';
import { showNews } from './console.ts';
import { repositoryRoot, type ServiceName, serviceFolder, serviceNames } from './repository.ts';
import type { Stack } from './stack.ts';
import { reasonOf, StackError } from './stack-error.ts';
import { composeSupergraph, supergraphSources } from './supergraph.ts';

const quietMs = 150;

/**
 * Watches the sources: a change restarts what it belongs to, and a changed SDL composes the supergraph again first, which
 * the gateway takes while it serves.
 */
export function watchSources(stack: Stack): void {
  const changed = new Set<string>();
  let timer: NodeJS.Timeout | undefined;
  let working: Promise<void> = Promise.resolve();

  function note(path: string): void {
    if (!isSource(path)) return;
    changed.add(path);
    clearTimeout(timer);
    timer = setTimeout(() => {
      const paths = [...changed];
      changed.clear();
      working = working.then(() => apply(stack, paths));
    }, quietMs);
  }

  const folders = [
    ...serviceNames.map((name) => join(serviceFolder(name), 'src')),
    join(repositoryRoot, 'service-kit', 'src'),
    join(serviceFolder('messaging'), 'templates'),
  ];
  for (const folder of folders.filter((one) => existsSync(one))) {
    watch(folder, { recursive: true }, (_event, name) => name && note(join(folder, name)));
  }
  // Editors replace a file rather than write it, which ends a watch on the file itself: its folder is watched.
  const sources = supergraphSources();
  for (const folder of new Set(sources.map((source) => join(source, '..')))) {
    watch(folder, (_event, name) => name && sources.includes(join(folder, name)) && note(join(folder, name)));
  }
  showNews('watching the sources');
}

function isSource(path: string): boolean {
  return /\.(ts|js|graphql|yaml|liquid|txt|html|css|json)$/.test(path) && !path.endsWith('.test.ts');
}

async function apply(stack: Stack, paths: string[]): Promise<void> {
  const shown = paths.map((path) => relative(repositoryRoot, path)).join(', ');
  const schemaChanged = paths.some((path) => supergraphSources().includes(path));
  try {
    if (schemaChanged) await composeSupergraph();
    const names = serviceNames.filter((name) => paths.some((path) => concerns(path, name)));
    const begun = performance.now();
    await Promise.all(names.map((name) => stack.services[name].stop()));
    await Promise.all(names.map((name) => stack.services[name].start()));
    const restarted = names.length > 0 ? `restarted ${names.join(', ')}` : 'composed';
    showNews(`${shown}: ${restarted} in ${Math.round(performance.now() - begun)} ms`);
  } catch (error) {
    // A fault of the surroundings is told whole: composition names each place in a line of its own.
    showNews(`${shown}: ${error instanceof StackError ? error.message : reasonOf(error)}`);
  }
}

/** True when a change of the file at `path` asks for a restart of the service. */
export function concerns(path: string, service: ServiceName): boolean {
  const [first, second] = relative(repositoryRoot, path).split(/[\\/]/);
  if (first === 'service-kit') return true;
  if (service === 'gateway') return first === 'gateway';
  return first === 'subgraphs' && second === service;
}
