import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { closeSync, openSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';

/** A GraphQL server that answers. */
export interface RunningServer {
  port: number;
  pid: number;
  /** What its clients send beside the operation. */
  headers: Readonly<Record<string, string>>;
  /** Where it logs to. */
  logFile: string;
  stop(): Promise<void>;
}

/** How a GraphQL server's process is started. */
export interface Launch {
  name: string;
  command: string;
  args: readonly string[];
  cwd: string;
  env: Readonly<Record<string, string>>;
  port: number;
  headers?: Readonly<Record<string, string>>;
}

const startTimeoutMs = 60_000;
const stopTimeoutMs = 10_000;

/** Starts a server that logs into a folder, and waits until it answers a request with data. */
export async function launch(folder: string, probe: string, options: Launch): Promise<RunningServer> {
  const { name, command, args, cwd, env, port, headers = {} } = options;
  const logFile = join(folder, `${name}.log`);
  // Appended to, so that the file can be emptied between two slices while the server keeps writing.
  const log = openSync(logFile, 'a');
  const child = spawn(command, [...args], { cwd, env: { ...inherited(), ...env }, stdio: ['ignore', log, log, 'ipc'] });
  closeSync(log);
  process.once('exit', () => child.kill('SIGKILL'));
  await untilAnswering(name, child, `http://127.0.0.1:${port}/graphql`, headers, probe, logFile);
  return { port, headers, logFile, pid: child.pid as number, stop: () => stop(child) };
}

/** What every server's environment holds: production, and no vendor is told anything. */
export function inherited(): Record<string, string> {
  const { PATH = '', HOME = '/', TMPDIR } = process.env;
  return {
    PATH,
    HOME,
    ...(TMPDIR === undefined ? {} : { TMPDIR }),
    NODE_ENV: 'production',
    APOLLO_TELEMETRY_DISABLED: 'true',
    DO_NOT_TRACK: '1',
  };
}

async function untilAnswering(
  name: string,
  child: ChildProcess,
  url: string,
  headers: Readonly<Record<string, string>>,
  probe: string,
  logFile: string,
): Promise<void> {
  const deadline = performance.now() + startTimeoutMs;
  let last = 'nothing';
  while (child.exitCode === null && child.signalCode === null && performance.now() < deadline) {
    const answer = await ask(url, headers, probe);
    if (answer?.includes('"data":{')) return;
    last = answer ?? last;
    await pause(50);
  }
  await stop(child);
  const log = readFileSync(logFile, 'utf8').slice(-2_000);
  throw new Error(`${name} did not start. It answered: ${last.slice(0, 500)}\nThe end of its log:\n${log}`);
}

async function ask(url: string, headers: Readonly<Record<string, string>>, body: string): Promise<string | undefined> {
  try {
    const response = await fetch(url, {
      method: 'POST',
      headers: { 'content-type': 'application/json', ...headers },
      body,
      signal: AbortSignal.timeout(5_000),
    });
    return await response.text();
  } catch {
    return undefined;
  }
}

async function stop(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  const gone = once(child, 'exit');
  child.kill('SIGTERM');
  const impatient = setTimeout(() => child.kill('SIGKILL'), stopTimeoutMs);
  await gone;
  clearTimeout(impatient);
}
