import { describeError } from '@atrium/service-kit';
import type { Logger } from 'pino';
import type { KeyStore } from './key-store.ts';

/** Notes which keys are used, and writes that in batches. */
export interface KeyUses {
  /** Notes that a key was used at a time of performance.now(). */
  note(keyId: string, at: number): void;
  /** Writes what is noted and not written yet; notes stay where that fails. */
  flush(): Promise<void>;
  /** Writes for the last time. */
  close(): Promise<void>;
}

/** A note costs memory only; every `flushMs` one statement writes the newest use of each key. */
export function recordKeyUses(options: {
  store: Pick<KeyStore, 'recordUses'>;
  logger: Logger;
  flushMs: number;
}): KeyUses {
  const { store, logger, flushMs } = options;
  let uses = new Map<string, number>();
  let running: Promise<void> | undefined;
  const timer = setInterval(() => void flush(), flushMs).unref();

  async function write(): Promise<void> {
    const batch = uses;
    uses = new Map();
    try {
      const now = performance.now();
      await store.recordUses(new Map([...batch].map(([id, at]) => [id, now - at])));
    } catch (error) {
      logger.warn({ error: describeError(error) }, 'last uses of keys not written yet');
      for (const [id, at] of batch) if (!uses.has(id)) uses.set(id, at);
    } finally {
      running = undefined;
    }
  }

  async function flush(): Promise<void> {
    if (!running && uses.size > 0) running = write();
    await running;
  }

  return {
    note(keyId, at) {
      uses.set(keyId, at);
    },
    flush,
    async close() {
      clearInterval(timer);
      // What is being written does not hold the newest notes.
      await running;
      await flush();
    },
  };
}
