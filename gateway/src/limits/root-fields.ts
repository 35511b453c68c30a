import type { Measures } from '@atrium/supergraph/measures';
import { LimitMet } from './limit-met.ts';
import type { LimitSettings } from './settings.ts';

/** Refuses operations that are a batch in all but name. */
export function limitRootFields({ fields }: Measures, { documentMaxRootFields }: LimitSettings): LimitMet | undefined {
  if (fields <= documentMaxRootFields) return undefined;
  return new LimitMet('root-fields', 'The operation has too many fields at its root. Split it.');
}
