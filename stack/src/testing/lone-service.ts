import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { compileCache } from '../compile-cache.ts';
import { freePort } from '../ports.ts';
import { type ServiceName, serviceFolder, serviceNames } from '../repository.ts';
import { publicKeyOf, type SigningKey } from '../secrets.ts';
import { untilReady } from '../service-process.ts';
import { startArguments } from '../start-arguments.ts';
import { createTestDatabase } from './test-database.ts';

/** One service as a process, on a database of its own, without the others. */
export interface LoneService {
  readonly url: string;
  /** For a superuser, who may read PostgreSQL's statistics. */
  readonly databaseUrl: string;
  /** All that it has written to standard output and standard error. */
  output(): string;
  /** Ends it with SIGTERM and answers its exit status; its database stays. */
  end(): Promise<number | null>;
  /** Ends it where it runs, and its database. */
  stop(): Promise<void>;
}

/** Starts a service that trusts these keys and signs with its own; `environment` holds its other settings. */
export async function startLoneService(
  name: ServiceName,
  keys: Record<ServiceName, SigningKey>,
  environment: Record<string, string>,
): Promise<LoneService> {
  const [database, port] = await Promise.all([createTestDatabase(name), freePort()]);
  const child = spawn(process.execPath, startArguments, {
    cwd: serviceFolder(name),
    env: {
      ATRIUM_MODE: 'development',
      // What is only told at this level must hold no personal data either.
      LOG_LEVEL: 'trace',
      NODE_COMPILE_CACHE: compileCache,
      TMPDIR: process.env.TMPDIR ?? '/tmp',
      PORT: String(port),
      DATABASE_URL: database.url,
      SIGNING_KEY: JSON.stringify(keys[name]),
      TRUSTED_KEYS: JSON.stringify({ keys: serviceNames.map((each) => publicKeyOf(keys[each])) }),
      ...environment,
    },
    // The channel ends with this process, and the service with it.
    stdio: ['ignore', 'pipe', 'pipe', 'ipc'],
  });
  let output = '';
  for (const stream of [child.stdout, child.stderr]) {
    stream?.setEncoding('utf8').on('data', (text: string) => {
      output += text;
    });
  }
  // `close` follows the end of the process and of what it wrote.
  const closed = once(child, 'close');
  const url = `http://127.0.0.1:${port}`;
  async function end(): Promise<number | null> {
    child.kill();
    await closed;
    return child.exitCode;
  }
  async function stop(): Promise<void> {
    await end();
    await database.stop();
  }
  try {
    await untilReady(name, url, child, () => output.slice(-2_000));
  } catch (error) {
    await stop();
    throw error;
  }
  return { url, databaseUrl: database.url, output: () => output, end, stop };
}
