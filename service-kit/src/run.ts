import { describeError } from './errors.ts';
import { returnMemoryAtRest } from './memory-at-rest.ts';
import { SettingsError } from './settings.ts';

/** Something that was started and can be stopped. */
export interface Running {
  /** Stops taking work, finishes what was begun, and lets go of everything. */
  close(): Promise<void>;
}

/**
 * Runs a service until it is told to stop: SIGTERM, SIGINT, or the death of the process that started it with an IPC
 * channel. Then it drains and exits 0, or 1 when draining takes longer than `drainTimeoutMs`. A fault at the start is
 * told in one line on standard error, and the process exits 1.
 */
export async function run(start: () => Promise<Running & { drainTimeoutMs: number }>): Promise<void> {
  let running: (Running & { drainTimeoutMs: number }) | undefined;
  let stopping = false;

  async function stop(): Promise<void> {
    if (stopping) return;
    stopping = true;
    const timeout = setTimeout(() => process.exit(1), running?.drainTimeoutMs ?? 0);
    try {
      await running?.close();
      clearTimeout(timeout);
      process.exit(0);
    } catch (error) {
      complain(JSON.stringify(describeError(error)));
      process.exit(1);
    }
  }

  process.on('SIGTERM', stop);
  process.on('SIGINT', stop);
  process.on('disconnect', stop);
  process.on('unhandledRejection', (error) => {
    complain(JSON.stringify(describeError(error)));
    process.exit(1);
  });
  try {
    running = await start();
    returnMemoryAtRest();
  } catch (error) {
    if (error instanceof SettingsError) for (const fault of error.faults) complain(fault);
    else complain(startFault(error));
    process.exit(1);
  }
}

function startFault(error: unknown): string {
  const { code, address, port } = error as { code?: string; address?: string; port?: number };
  if (code === 'EADDRINUSE') return `Port ${port} of ${address} is taken. Stop what uses it or set PORT.`;
  if (error instanceof Error) return `${error.name}: ${error.message}`;
  return String(error);
}

function complain(line: string): void {
  process.stderr.write(`${line}\n`);
}
