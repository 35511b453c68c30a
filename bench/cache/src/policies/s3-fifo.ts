import { Fifo } from './fifo.ts';
import type { Policy } from './policy.ts';

/**
 * S3-FIFO (Yang and others, "FIFO queues are all you need for cache eviction", SOSP 2023): a small queue that lets only
 * what was asked for again into the main one, and a memory of the keys that it let go.
 */
export function s3Fifo(capacity: number): Policy {
  const smallCapacity = Math.max(1, Math.floor(capacity / 10));
  const mainCapacity = capacity - smallCapacity;
  const small = new Fifo();
  const main = new Fifo();
  const ghost = new Fifo();
  const ghosts = new Set<number>();
  const frequency = new Map<number, number>();

  function evictMain(): void {
    for (;;) {
      const key = main.shift();
      const count = frequency.get(key) ?? 0;
      if (count === 0) {
        frequency.delete(key);
        return;
      }
      frequency.set(key, count - 1);
      main.push(key);
    }
  }

  function evictSmall(): void {
    const key = small.shift();
    if ((frequency.get(key) ?? 0) > 0) {
      if (main.size >= mainCapacity) evictMain();
      frequency.set(key, 0);
      main.push(key);
      return;
    }
    frequency.delete(key);
    ghost.push(key);
    ghosts.add(key);
    if (ghost.size > mainCapacity) ghosts.delete(ghost.shift());
  }

  return {
    access(key) {
      const count = frequency.get(key);
      if (count !== undefined) {
        frequency.set(key, Math.min(3, count + 1));
        return true;
      }
      while (small.size + main.size >= capacity) {
        if (small.size >= smallCapacity) evictSmall();
        else evictMain();
      }
      frequency.set(key, 0);
      if (ghosts.delete(key)) main.push(key);
      else small.push(key);
      return false;
    },
  };
}
