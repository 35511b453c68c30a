import type { LintRule } from '../rule.ts';
import { boundedLists, connectionArguments, connectionShape } from './connections.ts';
import { deprecationOver, deprecationReason } from './deprecations.ts';
import { descriptions, scalarExamples } from './descriptions.ts';
import { smallKeys } from './keys.ts';
import { mutationInput, mutationPayload } from './mutations.ts';
import { foreignIds, naming, queryVerbs } from './naming.ts';
import { nonNullIds, nonNullItems, nullableRemote } from './nullability.ts';

/** Every rule there is, in the order that people are told them. */
export const rules: readonly LintRule[] = [
  descriptions,
  scalarExamples,
  naming,
  queryVerbs,
  foreignIds,
  nullableRemote,
  nonNullIds,
  nonNullItems,
  boundedLists,
  connectionShape,
  connectionArguments,
  mutationInput,
  mutationPayload,
  deprecationReason,
  deprecationOver,
  smallKeys,
];
