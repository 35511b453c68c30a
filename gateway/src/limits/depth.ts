import type { Measures } from '@atrium/supergraph/measures';
import { LimitMet } from './limit-met.ts';
import type { LimitSettings } from './settings.ts';

/** With `edges` and `node` an operation may be deeper, but not without end. */
const levelsPerDepth = 3;

/** Refuses operations that nest too deeply. */
export function limitDepth({ depth, levels }: Measures, { documentMaxDepth }: LimitSettings): LimitMet | undefined {
  if (depth <= documentMaxDepth && levels <= documentMaxDepth * levelsPerDepth) return undefined;
  return new LimitMet(
    'depth',
    'The operation is nested too deeply. Ask for what lies deeper in an operation of its own.',
  );
}
