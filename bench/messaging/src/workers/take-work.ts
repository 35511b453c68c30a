/** What a worker's process is told. */
export interface Work {
  databaseUrl: string;
  /** How many jobs there are. */
  count: number;
  /** How long a provider takes to answer, in milliseconds. */
  providerMs: number;
  /** Whether jobs are to be put into the queue, rather than worked; for queues of others only. */
  fill?: boolean;
}

/** What a worker's process tells: that it has started, that its queue is filled, that all jobs were handled. */
export type News = 'ready' | 'filled' | 'handled';

/** Waits for the word to begin and works until all jobs were handled. `start` is given what to call for each job. */
export function takeWork(start: (work: Work, handled: () => void) => Promise<unknown>): void {
  // The IPC channel closes when the bench ends, however it ends.
  process.on('disconnect', () => process.exit());
  process.once('message', async (work: Work) => {
    let count = 0;
    await start(work, () => {
      count += 1;
      if (count === work.count) process.send?.('handled');
    });
  });
  process.send?.('ready');
}
