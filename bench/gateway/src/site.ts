import { fork } from 'node:child_process';
import { once } from 'node:events';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { compose } from '@atrium/supergraph';
import { readSdl, type SubgraphName, sdlFile, subgraphNames } from '../subgraphs/src/sdl.ts';
import type { Site } from './gateways/index.ts';

/** The folder of the subgraphs. */
export const subgraphsFolder = join(import.meta.dirname, '../subgraphs');

/** Starts the three subgraphs, each a process, and composes their graph. They end with this process. */
export async function startSubgraphs(folder: string): Promise<Pick<Site, 'subgraphs' | 'supergraphPath'>> {
  const started = await Promise.all(
    subgraphNames.map(async (name): Promise<[SubgraphName, { url: string; sdlPath: string }]> => {
      const sdlPath = sdlFile(name);
      return [name, { url: `http://127.0.0.1:${await startSubgraph(name)}/graphql`, sdlPath }];
    }),
  );
  const subgraphs = Object.fromEntries(started) as Site['subgraphs'];
  const sources = started.map(([name, { url, sdlPath }]) => ({
    name,
    routingUrl: url,
    file: sdlPath,
    sdl: readSdl(name),
  }));
  const supergraphPath = join(folder, 'supergraph.graphql');
  writeFileSync(supergraphPath, compose(sources).supergraphSdl);
  return { subgraphs, supergraphPath };
}

async function startSubgraph(name: SubgraphName): Promise<number> {
  const child = fork(join(subgraphsFolder, 'src', 'main.ts'), [name], {
    execArgv: ['--disable-warning=ExperimentalWarning'],
    env: { NODE_ENV: 'production' },
  });
  process.once('exit', () => child.kill('SIGKILL'));
  const failed = once(child, 'exit').then(([code]) => {
    throw new Error(`the subgraph ${name} ended with code ${code}`);
  });
  const [{ port }] = (await Promise.race([once(child, 'message'), failed])) as [{ port: number }];
  // From here on its end shows as failed answers.
  failed.catch(() => {});
  return port;
}
