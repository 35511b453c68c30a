import { FrequencyCache } from '../../../../subgraphs/profile/src/cache/frequency-cache.ts';
import type { Policy } from './policy.ts';

/** Profile's own cache, with every user as large as any other. */
export function ours(capacity: number, seed: number): Policy {
  const cache = new FrequencyCache<true>({ maxBytes: capacity, expectedEntries: capacity, seed });
  return {
    access(number) {
      const key = String(number);
      if (cache.get(key)) return true;
      cache.set(key, true, 1);
      return false;
    },
  };
}
