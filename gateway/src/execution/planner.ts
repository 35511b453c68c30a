import {
  DEFAULT_SUPPORTED_SUPERGRAPH_FEATURES,
  isInterfaceType,
  isObjectType,
  isUnionType,
  operationFromDocument,
  type Schema,
  Supergraph,
} from '@apollo/federation-internals';
import { type QueryPlan, QueryPlanner } from '@apollo/query-planner';
import { PublicError } from '@atrium/service-kit';
import type { DocumentNode, GraphQLSchema } from 'graphql';
import { readRequiredArguments } from './plan/required-arguments.ts';
import { stripDirectives } from './strip-directives.ts';

/** A supergraph as the planner knows it. */
export interface Planner {
  /** The public schema. */
  readonly schema: GraphQLSchema;
  /** The same in the planner's own form. */
  readonly apiSchema: Schema;
  /** The whole supergraph, with what is inaccessible. */
  readonly supergraphSchema: Schema;
  readonly types: SupergraphTypes;
  readonly names: SupergraphNames;
  /** Plans a validated document of one operation; throws QUERY_TOO_COMPLEX where the planner gives up. */
  plan(document: DocumentNode): QueryPlan;
}

/** How the types of a supergraph relate, those included that clients cannot know of. */
export interface SupergraphTypes {
  /** Whether an object that says to be of `typeName` fulfils a type condition. */
  fulfils(typeName: string, condition: string): boolean;
  /** Every type that an object under this condition may say to be of. */
  typesUnder(condition: string): readonly string[];
  /** An interface that is an object for some subgraph, whose `__typename` there is the interface's. */
  isInterface(typeName: string): boolean;
}

/** The names that the planner may use for itself in a fetch. */
export interface SupergraphNames {
  /** The names of all fields. */
  readonly fields: ReadonlySet<string>;
  /** The names of fields that some `@requires` asks for with arguments. */
  readonly requiredWithArguments: ReadonlySet<string>;
}

/** More would be planned better at times, and at others take seconds. */
const maxEvaluatedPlans = 200;

/** What we execute beyond @apollo/gateway; the specifications for scopes are stripped, so they need no mention. */
const supportedFeatures = new Set([
  ...DEFAULT_SUPPORTED_SUPERGRAPH_FEATURES,
  'https://specs.apollo.dev/context/v0.1',
  'https://specs.apollo.dev/cost/v0.1',
]);

/** Loads a composed supergraph; throws where it is none, or needs what nobody here can execute. */
export function createPlanner(supergraphSdl: string): Planner {
  const supergraph = Supergraph.build(stripDirectives(supergraphSdl), { supportedFeatures, validateSupergraph: false });
  const planner = new QueryPlanner(supergraph, { reuseQueryFragments: false, debug: { maxEvaluatedPlans } });
  const apiSchema = supergraph.apiSchema();
  return {
    schema: apiSchema.toGraphQLJSSchema(),
    apiSchema,
    supergraphSchema: supergraph.schema,
    types: readTypes(supergraph.schema),
    names: readNames(supergraph.schema),
    plan(document) {
      const operation = operationFromDocument(apiSchema, document, { validate: false });
      try {
        return planner.buildQueryPlan(operation);
      } catch (error) {
        throw isTooComplex(error) ? tooComplex(error) : error;
      }
    },
  };
}

/** The planner's two limits against documents that would keep it busy for minutes have no code of their own. */
function isTooComplex(error: unknown): boolean {
  return error instanceof Error && /maximum recursive selections|non-local selections/i.test(error.message);
}

function tooComplex(cause: unknown): PublicError {
  return new PublicError('QUERY_TOO_COMPLEX', 'The operation asks for too many fields at once. Split it.', { cause });
}

function readTypes(schema: Schema): SupergraphTypes {
  const under = new Map<string, string[]>();
  const interfaces = new Set<string>();
  for (const type of schema.types()) {
    if (isObjectType(type)) under.set(type.name, [type.name]);
    else if (isUnionType(type)) under.set(type.name, [type.name, ...type.types().map(({ name }) => name)]);
    else if (isInterfaceType(type)) {
      interfaces.add(type.name);
      under.set(type.name, [type.name, ...type.allImplementations().map(({ name }) => name)]);
    }
  }
  const fulfilled = new Map([...under].map(([condition, names]) => [condition, new Set(names)]));
  return {
    fulfils: (typeName, condition) => fulfilled.get(condition)?.has(typeName) ?? false,
    typesUnder: (condition) => under.get(condition) ?? [],
    isInterface: (typeName) => interfaces.has(typeName),
  };
}

function readNames(schema: Schema): SupergraphNames {
  const fields = new Set<string>();
  for (const type of schema.types()) {
    if (!isObjectType(type) && !isInterfaceType(type)) continue;
    for (const field of type.fields()) fields.add(field.name);
  }
  return { fields, requiredWithArguments: readRequiredArguments(schema) };
}
