import type { Measures } from '@atrium/supergraph/measures';
import { LimitMet } from './limit-met.ts';
import type { LimitSettings } from './settings.ts';

/** Refuses operations that ask for much by asking for one field under many names. */
export function limitAliases({ aliases }: Measures, { documentMaxAliases }: LimitSettings): LimitMet | undefined {
  if (aliases <= documentMaxAliases) return undefined;
  return new LimitMet('aliases', 'The operation has too many aliases. Use fewer, or several operations.');
}
