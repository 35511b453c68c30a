import { createHash } from 'node:crypto';
import { unwatchFile, watchFile } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { describeError } from '@atrium/service-kit';
import type { Logger } from 'pino';

/** A supergraph that is served and may be replaced while it is. */
export interface LiveSupergraph<Served> {
  /** What was made of the file that was last good. */
  readonly current: Served;
  /** Reads the file again now; a broken one is refused and told in the log, and the last good one stays. */
  reload(): Promise<void>;
  close(): void;
}

/** Where a supergraph comes from and what is made of it. */
export interface LiveSupergraphOptions<Served> {
  /** The composed graph's file. */
  path: string;
  /** Makes of it what is served; throws where it cannot be served. */
  serve: (supergraphSdl: string, id: string) => Served;
  /** How often the file is looked at. */
  checkEveryMs: number;
  logger: Logger;
  onReload?: (taken: boolean) => void;
}

/** Loads the file, throwing in one line where it cannot be served, and from then on follows its changes. */
export async function openSupergraph<Served>(options: LiveSupergraphOptions<Served>): Promise<LiveSupergraph<Served>> {
  const { path, serve, checkEveryMs, logger } = options;
  let text = await read(path);
  let current = serve(text, idOf(text));
  let turn: Promise<void> = Promise.resolve();

  async function take(): Promise<void> {
    try {
      const next = await read(path);
      if (next === text) return;
      current = serve(next, idOf(next));
      text = next;
      options.onReload?.(true);
      logger.info({ supergraph: idOf(next) }, 'a new supergraph is served');
    } catch (error) {
      options.onReload?.(false);
      // The message tells the operator what is wrong with the graph; it quotes nothing but the schema.
      const fault = error instanceof Error ? error.message.slice(0, 500) : undefined;
      logger.error({ fault, error: describeError(error) }, 'the new supergraph is refused; the one before stays');
    }
  }

  /** One at a time, so that an older file never replaces a newer. */
  function reload(): Promise<void> {
    turn = turn.then(take);
    return turn;
  }

  // By its times rather than by events of the file system: these differ by system, and get lost when a file is replaced.
  watchFile(path, { interval: checkEveryMs, persistent: false }, reload);
  process.on('SIGHUP', reload);
  return {
    get current() {
      return current;
    },
    reload,
    close() {
      unwatchFile(path, reload);
      process.off('SIGHUP', reload);
    },
  };
}

/** Names a supergraph in logs and metrics. */
function idOf(text: string): string {
  return createHash('sha256').update(text).digest('hex').slice(0, 12);
}

async function read(path: string): Promise<string> {
  try {
    return await readFile(path, 'utf8');
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    throw new Error(`The supergraph cannot be read (${code}: ${path}). Compose it, and set SUPERGRAPH_PATH.`);
  }
}
