import type { OutboxRecord } from './outbox-record.ts';
import type { OutboxStore } from './ports.ts';

/** How the worker goes about it, in milliseconds. */
export interface OutboxSettings {
  /** How often it looks for what became due without anybody waking it. */
  readonly pollMs: number;
  /** The longest pause between two tries for one record. */
  readonly maxBackoffMs: number;
  /** How long a record is left alone by others while it is being delivered; longer than a delivery may take. */
  readonly leaseMs: number;
  /** How many records travel at once. */
  readonly batchSize: number;
}

/** Offers records to one destination; answers those that it took, and removes them or has them removed. */
export type Deliver = (records: OutboxRecord[]) => Promise<{ failed: OutboxRecord[]; reason?: unknown }>;

/** A worker that can be woken before its time. */
export interface OutboxWorker {
  wake(): void;
  /** Finishes the deliveries that were begun. */
  close(): Promise<void>;
}

const firstBackoffMs = 500;

/**
 * Delivers what the outbox holds: at least once, to each destination by a loop of its own, so that a dead one delays
 * nobody else; of each user in order; with exponential back-off and jitter.
 *
 * It is a table of our own and no queue library, because a record is written by the very statement that writes the user
 * and normally removed by the request that made it: to a queue that would be one single add, the dearest thing they do,
 * for a job that is almost never worked.
 */
export function startOutboxWorker(
  outbox: OutboxStore,
  destinations: Record<string, Deliver>,
  settings: OutboxSettings,
  onFault: (destination: string, failed: number, reason: unknown) => void,
): OutboxWorker {
  let closed = false;
  const loops = Object.entries(destinations).map(([destination, deliver]) => {
    const alarm = createAlarm(settings.pollMs);
    return { alarm, finished: work(destination, deliver, alarm) };
  });

  async function work(destination: string, deliver: Deliver, alarm: Alarm): Promise<void> {
    while (!closed) {
      const progress = await round(destination, deliver).catch((error) => {
        onFault(destination, 0, error);
        return false;
      });
      if (!progress && !closed) await alarm.ring();
    }
  }

  /** Whether anything was delivered, so that more may be waiting. A round without success rests until the next poll. */
  async function round(destination: string, deliver: Deliver): Promise<boolean> {
    const records = await outbox.lease(destination, { limit: settings.batchSize, leaseMs: settings.leaseMs });
    if (records.length === 0) return false;
    const { failed, reason } = await deliver(records);
    if (failed.length > 0) {
      onFault(destination, failed.length, reason);
      await outbox.postpone(failed.map((record) => ({ record, delayMs: backoffMs(record.attempts, settings) })));
    }
    return failed.length < records.length;
  }

  return {
    wake() {
      for (const { alarm } of loops) alarm.wake();
    },
    async close() {
      closed = true;
      for (const { alarm } of loops) alarm.wake();
      await Promise.all(loops.map(({ finished }) => finished));
    },
  };
}

function backoffMs(attempts: number, { maxBackoffMs }: OutboxSettings): number {
  const longest = Math.min(maxBackoffMs, firstBackoffMs * 2 ** Math.min(attempts - 1, 20));
  // Half of it is left to chance, so that what failed together does not come back together.
  return Math.round(longest * (0.5 + Math.random() / 2));
}

interface Alarm {
  /** Resolves after the poll interval, or at once when it was or is woken. */
  ring(): Promise<void>;
  wake(): void;
}

function createAlarm(intervalMs: number): Alarm {
  let woken = false;
  let ringNow: (() => void) | undefined;
  return {
    async ring() {
      if (!woken) {
        await new Promise<void>((resolve) => {
          const timer = setTimeout(resolve, intervalMs);
          ringNow = () => {
            clearTimeout(timer);
            resolve();
          };
        });
      }
      woken = false;
      ringNow = undefined;
    },
    wake() {
      woken = true;
      ringNow?.();
    },
  };
}
