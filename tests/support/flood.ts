import { fork } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';

/** A flood of one request, by a process of its own. */
export interface Flood {
  /** How many answers there were so far: by HTTP status, `overloaded` where that was told in full, `broken` where the connection was. */
  counts(): Promise<Record<string, number>>;
  stop(): Promise<void>;
}

/** Sends a request over many connections at once, each again as soon as it is answered. */
export function startFlood(options: { url: string; authorization: string; body: string; connections: number }): Flood {
  const child = fork(join(import.meta.dirname, 'flood-process.ts'), [JSON.stringify(options)], {
    execArgv: ['--disable-warning=ExperimentalWarning'],
  });
  const ended = once(child, 'exit');
  return {
    async counts() {
      const told = once(child, 'message');
      child.send('counts');
      const [counts] = await told;
      return counts as Record<string, number>;
    },
    async stop() {
      child.kill('SIGKILL');
      await ended;
    },
  };
}
