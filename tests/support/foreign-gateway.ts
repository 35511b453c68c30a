import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { repositoryRoot } from '@atrium/stack';
import { compose } from '@atrium/supergraph';
import { freePort } from './free-port.ts';
import { type Answer, send } from './graphql-client.ts';
import { pidOf } from './processes.ts';
import { waitFor } from './wait-for.ts';

/** A gateway over a graph of the test's own, which asks for no keys. */
export interface ForeignGateway {
  readonly url: string;
  readonly pid: number;
  query<Data>(document: string, variables?: object): Promise<Answer<Data>>;
  /** The most memory that the process ever held, in MiB. */
  peakMebibytes(): number;
  stop(): Promise<void>;
}

/** One subgraph of a graph: its schema without the federation header, and where it is. */
export interface ForeignSubgraph {
  sdl: string;
  url: string;
}

const header = `extend schema @link(url: "https://specs.apollo.dev/federation/v2.11", import: ["@key", "@shareable"])\n`;

/** Starts a gateway over these subgraphs, with these settings of its own. */
export async function startForeignGateway(
  subgraphs: Record<string, ForeignSubgraph>,
  settings: Record<string, string> = {},
): Promise<ForeignGateway> {
  const folder = mkdtempSync(join(tmpdir(), 'atrium-foreign-'));
  const supergraphPath = join(folder, 'supergraph.graphql');
  const sources = Object.entries(subgraphs).map(([name, { sdl, url }]) => ({
    name,
    sdl: header + sdl,
    file: `${name}.graphql`,
    routingUrl: url,
  }));
  writeFileSync(supergraphPath, compose(sources).supergraphSdl);
  const port = await freePort();
  const url = `http://127.0.0.1:${port}`;
  const child = spawn(process.execPath, ['--disable-warning=ExperimentalWarning', 'src/main.ts'], {
    cwd: join(repositoryRoot, 'gateway'),
    env: {
      PATH: process.env.PATH,
      SUPERGRAPH_PATH: supergraphPath,
      GATEWAY_PORT: String(port),
      GATEWAY_AUTH: 'none',
      ATRIUM_MODE: 'development',
      LOG_LEVEL: 'error',
      ...settings,
    },
    stdio: ['ignore', 'ignore', 'pipe'],
  });
  let complaints = '';
  child.stderr.setEncoding('utf8').on('data', (text: string) => {
    complaints += text;
  });
  await waitFor(
    'the gateway is ready',
    async () => {
      if (hasEnded(child)) throw new Error(`The gateway ended: ${complaints}`);
      return (await fetch(`${url}/readyz`).catch(() => undefined))?.ok;
    },
    { timeoutMs: 20_000 },
  );
  return {
    url,
    get pid() {
      return pidOf(child);
    },
    query: (document, variables) => send(`${url}/graphql`, {}, document, variables),
    peakMebibytes: () => peakMebibytesOf(pidOf(child)),
    async stop() {
      rmSync(folder, { recursive: true, force: true });
      if (hasEnded(child)) return;
      const exited = once(child, 'exit');
      child.kill('SIGTERM');
      await exited;
    },
  };
}

function hasEnded(child: ChildProcess): boolean {
  return child.exitCode !== null || child.signalCode !== null;
}

/** VmHWM of proc(5). */
function peakMebibytesOf(pid: number): number {
  const kibibytes = /^VmHWM:\s+(\d+) kB$/m.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1];
  if (kibibytes === undefined) throw new Error(`The peak of ${pid} is not told`);
  return Number(kibibytes) / 1024;
}
