import { LimitMet } from './limit-met.ts';
import type { LimitSettings } from './settings.ts';

/** Refuses an operation whose cost, with the variables that it came with, is more than one may cost. */
export function limitCost(cost: number, { operationMaxCost }: LimitSettings): LimitMet | undefined {
  if (cost <= operationMaxCost) return undefined;
  return new LimitMet(
    'cost',
    'The operation costs too much. Ask for shorter pages and fewer fields, and give every list a size.',
  );
}
