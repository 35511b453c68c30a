import type { Measures } from '@atrium/supergraph/measures';
import { LimitMet } from './limit-met.ts';

/**
 * Refuses operations that ask for one of the counted fields twice, under whatever name and through whatever fragment:
 * each is a guess at a code or a message to somebody, and their budgets are judged one request at a time.
 */
export function limitOnce({ counts }: Measures): LimitMet | undefined {
  for (const [field, count] of counts) {
    if (count > 1) return new LimitMet('once', `Ask for ${field} once in an operation.`);
  }
  return undefined;
}
