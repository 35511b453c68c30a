import { type ChildProcess, spawn } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { freePort, repositoryRoot, startArguments } from '@atrium/stack';
import { waitFor } from './wait-for.ts';

/** A gateway process of a test's own, over any supergraph and without keys. */
export interface OwnGateway {
  readonly url: string;
  readonly pid: number;
  /** The file that it serves; writing it anew has it taken. */
  readonly supergraphPath: string;
  /** What it logged so far. */
  log(): string;
  /** Signals it and waits for its end; gives its exit code, or null where a signal ended it. */
  stop(signal?: NodeJS.Signals): Promise<number | null>;
}

/** Starts a gateway as `npm run start -w gateway` does; it stops by `stop` alone. */
export async function startGateway(supergraphSdl: string, settings: Record<string, string> = {}): Promise<OwnGateway> {
  const folder = mkdtempSync(join(tmpdir(), 'atrium-gateway-'));
  const supergraphPath = join(folder, 'supergraph.graphql');
  writeFileSync(supergraphPath, supergraphSdl);
  const port = await freePort();
  const child = spawn(process.execPath, startArguments, {
    cwd: join(repositoryRoot, 'gateway'),
    env: {
      PATH: process.env.PATH,
      TMPDIR: folder,
      SUPERGRAPH_PATH: supergraphPath,
      GATEWAY_PORT: String(port),
      GATEWAY_AUTH: 'none',
      ...settings,
    },
    // By the channel it learns of the tests' end, however they end.
    stdio: ['ignore', 'pipe', 'pipe', 'ipc'],
  });
  let log = '';
  for (const stream of [child.stdout, child.stderr]) {
    stream?.setEncoding('utf8').on('data', (text: string) => {
      log += text;
    });
  }
  const url = `http://127.0.0.1:${port}`;
  const ready = async () => {
    if (child.exitCode !== null) throw new Error(`The gateway ended: ${log}`);
    return fetch(`${url}/readyz`).then(
      ({ ok }) => ok,
      () => false,
    );
  };
  await waitFor('the gateway is ready', ready, { timeoutMs: 30_000 });
  return {
    url: `${url}/graphql`,
    pid: child.pid ?? 0,
    supergraphPath,
    log: () => log,
    async stop(signal = 'SIGTERM') {
      const code = await end(child, signal);
      rmSync(folder, { recursive: true, force: true });
      return code;
    },
  };
}

function end(child: ChildProcess, signal: NodeJS.Signals): Promise<number | null> {
  if (child.exitCode !== null || child.signalCode !== null) return Promise.resolve(child.exitCode);
  return new Promise((resolve) => {
    child.once('exit', (code) => resolve(code));
    child.kill(signal);
  });
}
