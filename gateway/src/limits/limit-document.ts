import { Measurement, type Measures } from '@atrium/supergraph/measures';
import { type DefinitionNode, type DocumentNode, Kind, OperationTypeNode } from 'graphql';
import { limitAliases } from './aliases.ts';
import { limitDepth } from './depth.ts';
import { limitDirectives } from './directives.ts';
import { limitIntrospection } from './introspection.ts';
import { LimitMet } from './limit-met.ts';
import { limitOnce } from './once.ts';
import { limitRepetitions } from './repetitions.ts';
import { limitRootFields } from './root-fields.ts';
import { limitFragment, limitSelections } from './selections.ts';
import type { LimitSettings } from './settings.ts';

/** What is judged of an operation, in the order in which it is told. */
const limits: readonly ((measures: Measures, settings: LimitSettings) => LimitMet | undefined)[] = [
  limitSelections,
  limitDepth,
  limitAliases,
  limitRootFields,
  limitOnce,
  limitIntrospection,
];

/**
 * Judges the structure of a parsed document before it is validated, because validation itself takes very long over
 * documents that are made for it. Every operation is judged, and of every fragment, used or not, how long it is:
 * validation looks at all of them. It takes time linear in the document's length, and then in its selections with
 * fragments spread out, of which no more are left than the limit allows.
 */
export function limitDocument(document: DocumentNode, settings: LimitSettings): LimitMet | undefined {
  const met = limitDirectives(document, settings);
  if (met) return met;
  const measurement = new Measurement(document, settings.documentOnceFields);
  for (const definition of document.definitions) {
    const found = judgeDefinition(definition, measurement, settings);
    if (found) return found;
  }
  return limitRepetitions(document, settings);
}

function judgeDefinition(
  definition: DefinitionNode,
  measurement: Measurement,
  settings: LimitSettings,
): LimitMet | undefined {
  const isOperation = definition.kind === Kind.OPERATION_DEFINITION;
  if (!isOperation && definition.kind !== Kind.FRAGMENT_DEFINITION) return undefined;
  if (isOperation && definition.operation === OperationTypeNode.SUBSCRIPTION) return noSubscriptions();
  const measures = measurement.of(definition);
  if (measurement.circular) return circular();
  if (!isOperation) return limitFragment(measures, settings);
  for (const limit of limits) {
    const met = limit(measures, settings);
    if (met) return met;
  }
  return undefined;
}

function noSubscriptions(): LimitMet {
  return new LimitMet('subscription', 'This graph has no subscriptions. Send a query.', 'OPERATION_NOT_ALLOWED');
}

function circular(): LimitMet {
  const message = 'A fragment spreads itself, directly or through others. Take the circle out.';
  return new LimitMet('fragments', message, 'GRAPHQL_VALIDATION_FAILED');
}
