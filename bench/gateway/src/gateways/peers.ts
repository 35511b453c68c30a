import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { freePort } from '@atrium/stack';
import type { Gateway, Site } from './gateway.ts';
import { launch } from './launch.ts';

/** The folder of the peers' packages and set-ups. */
export const peersFolder = join(import.meta.dirname, '../../peers');

const folderOf = (peer: string) => join(peersFolder, peer);

/** @apollo/server over @apollo/gateway, as their documentation starts them. */
export const apollo: Gateway = {
  name: 'apollo',
  title: '@apollo/gateway',
  packages: 'apollo',
  start: (site) => startScript(site, 'apollo', { SUPERGRAPH_PATH: site.supergraphPath }),
};

/** Mercurius with @mercuriusjs/gateway, which composes the graph itself. */
export const mercurius: Gateway = {
  name: 'mercurius',
  title: 'Mercurius',
  packages: 'mercurius',
  start(site) {
    const services = Object.entries(site.subgraphs).map(([name, { url }]) => ({ name, url }));
    return startScript(site, 'mercurius', { SERVICES: JSON.stringify(services) });
  },
};

/** Hive Gateway with its Rust query planner. Without --jit, with which 2.15.1 answers null without an error. */
export const hive: Gateway = {
  name: 'hive',
  title: 'Hive Gateway',
  packages: 'hive',
  async start(site) {
    const port = await freePort();
    const script = join(folderOf('hive'), 'node_modules/@graphql-hive/gateway/dist/bin.js');
    const options = ['--hive-router-runtime', '--host', '127.0.0.1', '--port', String(port)];
    const args = [script, 'supergraph', site.supergraphPath, ...options];
    return launch(site, { name: 'hive', command: process.execPath, args, cwd: folderOf('hive'), env: {}, port });
  },
};

/** Grafbase Gateway as its npm package runs it; it composes the graph itself. */
export const grafbase: Gateway = {
  name: 'grafbase',
  title: 'Grafbase Gateway',
  packages: 'grafbase',
  unavailable:
    process.platform === 'linux' && process.arch === 'x64'
      ? undefined
      : 'its package has this version for Linux x64 only',
  async start(site) {
    const port = await freePort();
    const tables = Object.entries(site.subgraphs).map(
      ([name, { url, sdlPath }]) =>
        `[subgraphs.${name}]\nurl = ${JSON.stringify(url)}\nschema_path = ${JSON.stringify(sdlPath)}\n`,
    );
    const config = join(site.folder, 'grafbase.toml');
    await writeFile(config, tables.join('\n'));
    const command = join(folderOf('grafbase'), 'node_modules/@grafbase/cli-x86_64-unknown-linux-musl/grafbase');
    const args = ['dev', '--config', config, '--listen-address', `127.0.0.1:${port}`];
    return launch(site, { name: 'grafbase', command, args, cwd: site.folder, env: {}, port });
  },
};

async function startScript(site: Site, peer: string, env: Record<string, string>) {
  const port = await freePort();
  return launch(site, {
    name: peer,
    command: process.execPath,
    args: [join(folderOf(peer), 'gateway.mjs')],
    cwd: folderOf(peer),
    env: { ...env, PORT: String(port) },
    port,
  });
}
