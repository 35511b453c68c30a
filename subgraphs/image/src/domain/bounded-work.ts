import { PublicError } from '@atrium/service-kit';

/** Runs a piece of work when its turn comes. */
export type BoundedWork = <Result>(work: () => Promise<Result>) => Promise<Result>;

/**
 * Lets `running` pieces of work run at once and `waiting` more stand in line; who comes then is told OVERLOADED. Each
 * piece holds a whole picture in memory, so this is what bounds the memory of the process.
 */
export function createBoundedWork(options: { running: number; waiting: number }): BoundedWork {
  const line: (() => void)[] = [];
  let running = 0;

  return async (work) => {
    if (running >= options.running) {
      if (line.length >= options.waiting) {
        throw new PublicError('OVERLOADED', 'Too many pictures at once. Try again in a moment.', {
          retryAfterMs: 1_000,
        });
      }
      // Whoever finishes hands the place on, so that it is never free for a moment and taken twice.
      await new Promise<void>((resolve) => line.push(resolve));
    } else {
      running++;
    }
    try {
      return await work();
    } finally {
      const next = line.shift();
      if (next) next();
      else running--;
    }
  };
}
