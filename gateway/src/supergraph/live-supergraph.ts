import { createHash } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { describeError } from '@atrium/service-kit';
import type { Logger } from 'pino';
import { followFile } from '../follow-file.ts';

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
  let text: string | undefined;
  let served: { current: Served } | undefined;

  async function take(): Promise<void> {
    const next = await read(path);
    if (next === text) return;
    served = { current: serve(next, idOf(next)) };
    text = next;
  }

  async function takeNew(): Promise<void> {
    const before = text;
    try {
      await take();
      if (text === before) return;
      options.onReload?.(true);
      logger.info({ supergraph: idOf(text ?? '') }, 'a new supergraph is served');
    } catch (error) {
      options.onReload?.(false);
      // The message tells the operator what is wrong with the graph; it quotes nothing but the schema.
      const fault = error instanceof Error ? error.message.slice(0, 500) : undefined;
      logger.error({ fault, error: describeError(error) }, 'the new supergraph is refused; the one before stays');
    }
  }

  // Before the file is read, so that what is written meanwhile is not missed.
  const stopFollowing = followFile(path, checkEveryMs, () => void reload());
  const first = take();
  // One at a time, so that an older file never replaces a newer.
  let turn: Promise<void> = first.catch(() => {});
  function reload(): Promise<void> {
    turn = turn.then(takeNew);
    return turn;
  }

  await first.catch((error) => {
    stopFollowing();
    throw error;
  });
  process.on('SIGHUP', reload);
  return {
    get current() {
      return (served as { current: Served }).current;
    },
    reload,
    close() {
      stopFollowing();
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
