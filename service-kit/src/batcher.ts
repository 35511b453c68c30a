import { PublicError } from './errors.ts';

/** Adds one item to the batch that is being gathered; resolves with the item's own result. */
export interface Batcher<Item, Result> {
  (item: Item): Promise<Result>;
  /** Whether so many more may wait. Who comes past the bound is told OVERLOADED. */
  hasRoomFor(count: number): boolean;
}

/** How a batcher gathers. */
export interface BatcherOptions {
  /** How many items one flush takes. */
  readonly maxSize: number;
  /** How many flushes may be under way at once. */
  readonly concurrency?: number;
  /** How many items may wait for a flush; without a bound unless told. */
  readonly maxWaiting?: number;
}

/**
 * Gathers concurrent calls into one: the first item starts a flush at the end of the tick, and what arrives while a
 * flush is under way leaves together when it is done. So an idle caller waits for nobody, and under load batches grow
 * by themselves. `flush` answers in order; an Error as a result fails its item alone, and a rejection fails the batch.
 */
export function createBatcher<Item, Result>(
  flush: (items: Item[]) => Promise<(Result | Error)[]>,
  { maxSize, concurrency = 1, maxWaiting = Number.POSITIVE_INFINITY }: BatcherOptions,
): Batcher<Item, Result> {
  const waiting: { item: Item; resolve: (result: Result) => void; reject: (error: unknown) => void }[] = [];
  let running = 0;
  let scheduled = false;

  async function run(): Promise<void> {
    const batch = waiting.splice(0, maxSize);
    running++;
    try {
      const results = await flush(batch.map(({ item }) => item));
      batch.forEach(({ resolve, reject }, index) => {
        const result = results[index];
        if (result instanceof Error) reject(result);
        else resolve(result as Result);
      });
    } catch (error) {
      for (const { reject } of batch) reject(error);
    } finally {
      running--;
      schedule();
    }
  }

  function schedule(): void {
    if (scheduled || waiting.length === 0 || running >= concurrency) return;
    scheduled = true;
    setImmediate(() => {
      scheduled = false;
      void run();
      schedule();
    });
  }

  const hasRoomFor = (count: number) => waiting.length + count <= maxWaiting;
  const add = async (item: Item) => {
    if (!hasRoomFor(1)) throw overloaded();
    return new Promise<Result>((resolve, reject) => {
      waiting.push({ item, resolve, reject });
      schedule();
    });
  };
  return Object.assign(add, { hasRoomFor });
}

/** What waits is bounded, so that a flood is answered at once and does not fill the memory. */
export function overloaded(): PublicError {
  return new PublicError('OVERLOADED', 'Too much is waiting here already. Try again in a moment.', {
    retryAfterMs: 1_000,
  });
}
