/** Adds one item to the batch that is being gathered; resolves with the item's own result. */
export type Batcher<Item, Result> = (item: Item) => Promise<Result>;

/**
 * Gathers concurrent calls into one: the first item starts a flush at the end of the tick, and what arrives while a
 * flush is under way leaves together when it is done. So an idle caller waits for nobody, and under load batches grow
 * by themselves. `flush` answers in order; an Error as a result fails its item alone, and a rejection fails the batch.
 */
export function createBatcher<Item, Result>(
  flush: (items: Item[]) => Promise<(Result | Error)[]>,
  options: { maxSize: number; concurrency?: number },
): Batcher<Item, Result> {
  const { maxSize, concurrency = 1 } = options;
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

  return (item) =>
    new Promise((resolve, reject) => {
      waiting.push({ item, resolve, reject });
      schedule();
    });
}
