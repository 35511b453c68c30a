import type { Measures } from '@atrium/supergraph/measures';
import { maxIntrospectionSelections } from './introspection.ts';
import { LimitMet } from './limit-met.ts';
import type { LimitSettings } from './settings.ts';

/** Refuses operations that are long once their fragments are spread out, however short they are written. */
export function limitSelections(
  { selections }: Measures,
  { documentMaxSelections }: LimitSettings,
): LimitMet | undefined {
  if (selections <= documentMaxSelections) return undefined;
  return new LimitMet('selections', 'The operation asks for too many fields at once. Split it.');
}

/** The same for a fragment by itself, which may be one of those that ask for the schema. */
export function limitFragment(measures: Measures, settings: LimitSettings): LimitMet | undefined {
  const { documentMaxSelections } = settings;
  const longest = Math.max(documentMaxSelections, maxIntrospectionSelections);
  return limitSelections(measures, { ...settings, documentMaxSelections: longest });
}
