import { type ChildProcess, spawn } from 'node:child_process';
import { appendFileSync, closeSync, openSync, renameSync, statSync } from 'node:fs';
import { type ServiceName, serviceFolder } from './repository.ts';
import { StackError } from './stack-error.ts';
import { startArguments } from './start-arguments.ts';

/** A service that runs as a process of its own. */
export type ServiceHandle = {
  url: string;
  /** The process id, or undefined while it does not run. */
  readonly pid: number | undefined;
  /** Starts it where it does not run; resolves when /readyz answers 200. */
  start: () => Promise<void>;
  /** Ends it with SIGTERM or the signal given, and with SIGKILL where it is still there after ten seconds. */
  stop: (signal?: NodeJS.Signals) => Promise<void>;
  /** Ends it at once, as a crash would, and leaves it down. */
  kill: () => Promise<void>;
};

/** How to run a service. */
export type ServiceProcessOptions = {
  name: ServiceName;
  url: string;
  environment: () => Promise<Record<string, string>>;
  logFile: string;
  /** Starts it again, with growing pauses, when it ends by itself. */
  restart: boolean;
  /** Told when a service that was ready ends by itself, when it is back, and when it cannot be brought back. */
  onNews?: (news: string) => void;
  /** Told when the process id changes. */
  onChange?: () => void;
};

const readyTimeoutMs = 60_000;
const stopTimeoutMs = 10_000;
const longestPauseMs = 10_000;

/** Makes the handle of a service; nothing runs until `start`. */
export function serviceProcess(options: ServiceProcessOptions): ServiceHandle {
  const { name, url, environment, logFile, onNews, onChange } = options;
  let child: ChildProcess | undefined;
  let wanted = false;
  let pauseMs = 500;

  async function start(): Promise<void> {
    wanted = true;
    if (child && isRunning(child)) return;
    const env = await environment();
    // Whoever stopped it while its environment was made has seen nothing to end.
    if (!wanted) throw new StackError(`${name} was stopped before it had started.`);
    const { process: started, reason } = launch(name, env, logFile);
    child = started;
    await untilReady(name, url, started, reason);
    onChange?.();
    const readyAt = performance.now();
    // It may have ended between its answer and this line, in which case `exit` was emitted already.
    const died = () => afterDeath(started, performance.now() - readyAt);
    if (isRunning(started)) started.once('exit', died);
    else died();
  }

  function afterDeath(dead: ChildProcess, aliveMs: number): void {
    if (!wanted || dead !== child) return;
    if (aliveMs > 60_000) pauseMs = 500;
    const how = dead.signalCode ? `was ended by ${dead.signalCode}` : `exited with code ${dead.exitCode}`;
    onNews?.(`${name} ${how} (${logFile})${options.restart ? `; it starts again in ${pauseMs / 1000} s` : ''}`);
    if (options.restart) scheduleRestart();
  }

  function scheduleRestart(): void {
    setTimeout(() => {
      if (!wanted) return;
      start().then(
        () => onNews?.(`${name} is back`),
        (error: Error) => {
          if (!wanted) return;
          onNews?.(`${error.message}; next try in ${pauseMs / 1000} s`);
          scheduleRestart();
        },
      );
    }, pauseMs).unref();
    pauseMs = Math.min(pauseMs * 2, longestPauseMs);
  }

  return {
    url,
    get pid() {
      return child && isRunning(child) ? child.pid : undefined;
    },
    start,
    stop: async (signal = 'SIGTERM') => {
      wanted = false;
      if (child && !(await end(child, signal)))
        onNews?.(`${name} did not stop within ${stopTimeoutMs / 1000} s and was killed`);
    },
    kill: async () => {
      wanted = false;
      if (child) await end(child, 'SIGKILL');
    },
  };
}

function launch(name: ServiceName, env: Record<string, string>, logFile: string) {
  rotate(logFile);
  const log = openSync(logFile, 'a', 0o600);
  // Standard output goes to the file itself; standard error passes through here, to be quoted when a start fails. The
  // IPC channel carries nothing: it closes when this process ends, however it ends, and the service then exits. A
  // group of its own keeps the terminal's Ctrl-C from it, so that the stack stops the services in order.
  const started = spawn(process.execPath, startArguments, {
    cwd: serviceFolder(name),
    env,
    detached: true,
    stdio: ['ignore', log, 'pipe', 'ipc'],
  });
  closeSync(log);
  let complaint = '';
  started.stderr?.setEncoding('utf8').on('data', (text: string) => {
    appendFileSync(logFile, text);
    complaint = (complaint + text).slice(-8_000);
  });
  started.once('error', (error) => {
    complaint = error.message;
  });
  return { process: started, reason: () => reasonIn(complaint) };
}

/** The line of a process's standard error that says why it ended. */
export function reasonIn(complaint: string): string {
  const lines = complaint.split('\n').filter((line) => line.trim() !== '');
  const thrown = lines.find((line) => /^\w*Error\b.*:/.test(line));
  if (thrown) return thrown;
  // A few lines that are no stack trace are the faults of its settings, one a line.
  const plain = lines.length <= 8 && !lines.some((line) => /^\s+at /.test(line));
  return (plain ? lines.join('; ') : lines.at(-1)) || 'it gave no reason';
}

/** Resolves when the service answers that it is ready; rejects where it ends, with the reason, or takes too long. */
export async function untilReady(
  name: ServiceName,
  url: string,
  child: ChildProcess,
  reason: () => string,
): Promise<void> {
  // `close` follows the end of the process and of what it wrote, and of neither alone.
  const drained = new Promise((resolve) => child.once('close', resolve));
  const deadline = performance.now() + readyTimeoutMs;
  while (isRunning(child)) {
    if (await isReady(url)) return;
    if (performance.now() > deadline) {
      await end(child, 'SIGKILL');
      throw new StackError(`${name} was not ready within ${readyTimeoutMs / 1000} s.`);
    }
    await new Promise((resolve) => setTimeout(resolve, 30));
  }
  // What it wrote last may still be in the pipe.
  await drained;
  throw new StackError(`${name} did not start: ${reason()}`);
}

async function isReady(url: string): Promise<boolean> {
  try {
    const response = await fetch(`${url}/readyz`, { signal: AbortSignal.timeout(2_000) });
    await response.body?.cancel();
    return response.status === 200;
  } catch {
    return false;
  }
}

function isRunning(child: ChildProcess): boolean {
  return child.pid !== undefined && child.exitCode === null && child.signalCode === null;
}

// Answers false where it had to be killed.
async function end(child: ChildProcess, signal: NodeJS.Signals): Promise<boolean> {
  if (!isRunning(child)) return true;
  let killed = false;
  const gone = new Promise((resolve) => child.once('exit', resolve));
  child.kill(signal);
  const impatient = setTimeout(() => {
    killed = child.kill('SIGKILL');
  }, stopTimeoutMs);
  await gone;
  clearTimeout(impatient);
  return !killed;
}

const logSizeBytes = 20 * 1024 * 1024;

function rotate(logFile: string): void {
  if ((statSync(logFile, { throwIfNoEntry: false })?.size ?? 0) > logSizeBytes) renameSync(logFile, `${logFile}.1`);
}
