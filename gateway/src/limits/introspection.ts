import { PublicError } from '@atrium/service-kit';
import type { Measures } from '@atrium/supergraph/measures';
import { LimitMet } from './limit-met.ts';
import type { LimitSettings } from './settings.ts';

/** The most selections of a question about the schema. The standard one has some two hundred, with every option. */
export const maxIntrospectionSelections = 1_000;
/** Each is answered from the whole schema. */
const maxFields = 5;

/**
 * Refuses questions about the schema that nest too deeply or ask for too much. They have a rule of their own because
 * the standard ones of every tool are deeper and longer than an operation may be, and cost the services nothing.
 * How often their answer may fan out, graphql-js judges itself (MaxIntrospectionDepthRule).
 */
export function limitIntrospection(
  { introspection }: Measures,
  { introspectionMaxDepth }: LimitSettings,
): LimitMet | undefined {
  const { fields, depth, selections } = introspection;
  if (fields <= maxFields && selections <= maxIntrospectionSelections && depth <= introspectionMaxDepth)
    return undefined;
  return new LimitMet('introspection', 'The question about the schema is too large. Ask the standard one.');
}

/** Refuses an operation that asks for the schema to who may not: in production it takes the scope introspection. */
export function judgeIntrospection(
  introspects: boolean,
  { development, scopes }: { development: boolean; scopes: ReadonlySet<string> },
): PublicError | undefined {
  if (!introspects || development || scopes.has('introspection')) return undefined;
  return new PublicError('FORBIDDEN', 'Introspection needs the scope introspection. Use a key that has it.');
}
