import { readFileSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import type { Logger } from 'pino';
import { followFile } from '../follow-file.ts';
import { type Manifest, noManifest, readManifest } from './manifest.ts';

/** A manifest that is replaced when its file is. */
export interface ManifestFile {
  /** What was last good. */
  readonly current: Manifest;
  /** Reads the file again now. A broken one is logged and refused, the last good one stays: then it answers false. */
  reload(): Promise<boolean>;
  close(): void;
}

/** Where a manifest comes from. */
export interface ManifestOptions {
  /** The file; undefined where there is none, and the manifest is empty. */
  path: string | undefined;
  /** How often the file is looked at; at SIGHUP it is read at once. */
  checkEveryMs: number;
  /** Is told the names of the operations of each manifest that is taken. */
  onTaken?: (names: ReadonlySet<string>) => void;
  logger: Logger;
}

/** Reads a manifest's file, throwing in one line where it cannot be used, and from then on follows its changes. */
export function openManifest({ path, checkEveryMs, onTaken, logger }: ManifestOptions): ManifestFile {
  if (path === undefined) return { current: noManifest, reload: async () => true, close: () => {} };
  // Followed before it is read, so that no change is missed.
  const stopFollowing = followFile(path, checkEveryMs, () => void reload());
  let current: Manifest;
  try {
    current = readNow(path);
  } catch (error) {
    stopFollowing();
    throw error;
  }
  let turn: Promise<boolean> = Promise.resolve(true);
  onTaken?.(current.names);

  async function take(path: string): Promise<boolean> {
    try {
      current = readManifest(await readFile(path, 'utf8'));
      onTaken?.(current.names);
      logger.info({ operations: current.size }, 'the manifest of known operations is taken');
      return true;
    } catch (error) {
      logger.error({ fault: faultOf(error) }, 'the manifest of known operations is refused; the one before stays');
      return false;
    }
  }

  /** One at a time, so that an older file never replaces a newer. */
  function reload(): Promise<boolean> {
    turn = turn.then(() => take(path as string));
    return turn;
  }

  process.on('SIGHUP', reload);
  return {
    get current() {
      return current;
    },
    reload,
    close() {
      stopFollowing();
      process.off('SIGHUP', reload);
    },
  };
}

function readNow(path: string): Manifest {
  try {
    return readManifest(readFileSync(path, 'utf8'));
  } catch (error) {
    throw new Error(`The manifest of known operations cannot be used (${faultOf(error)}: ${path}).`);
  }
}

/** What is wrong with a manifest: it is the operator's own file, so that its places may be named. */
function faultOf(error: unknown): string {
  const { code, message } = error as NodeJS.ErrnoException;
  return code ?? message;
}
