import { Kind, visit } from 'graphql';
import type { Answer, Operation } from './answers.ts';
import type { ApolloAnswer } from './apollo-executor.ts';
import type { ComposedGraph } from './composed-graph.ts';
import { hasHollowField, keepsAndLeavesOut, leavesOutBelowVariable } from './conditions.ts';
import type { Difference } from './normalize.ts';

/** Something in which @apollo/gateway departs from the specification. */
export interface Departure {
  name: string;
  reason: string;
  explains(
    difference: Difference,
    operation: Operation,
    apollo: ApolloAnswer,
    right: Answer,
    composed: ComposedGraph,
  ): boolean;
  /** A small case that shows it, so that the list cannot rot. */
  example: {
    graph: string;
    document: string;
    variables?: Record<string, unknown>;
    faultSeed?: number;
    /** The subgraphs that are down; what is right then is what our executor says. */
    down?: readonly string[];
  };
}

/** The known departures of @apollo/gateway. Nothing here excuses ours. */
export const knownDepartures: readonly Departure[] = [
  {
    name: 'order of keys',
    reason:
      'The specification (7.2.2) wants the keys of the response in the order of the selections. @apollo/gateway brings a document into a form of its own, in which fields that are asked for twice stand elsewhere.',
    explains: ({ kind }) => kind === 'order',
    example: {
      graph: 'inputs',
      document: '{ node(id: "1") { related { ... on Node { tagged } id ... on Node { score } } } }',
      faultSeed: 30,
    },
  },
  {
    name: 'errors of completion',
    reason:
      'A null that it puts for a value of the wrong form is told of in an extension, and not at all where a subgraph had an error; the specification (6.4.4) wants an error for each.',
    explains: ({ kind }, _operation, { completed }) => kind === 'error missing' && !completed,
    example: { graph: 'hidden', document: '{ plenty { partner { name } colors } }', faultSeed: 30 },
  },
  {
    name: 'conditions below a condition',
    reason:
      'A field that is asked for under a condition, with all below it under further ones, is an empty object where it is there and nothing below it is. The planner fetches it only where something below it is wanted, so that it seems to be null.',
    explains: (_difference, operation) => hasHollowField(operation),
    example: {
      graph: 'accounts and reviews',
      document:
        'query($s: Boolean!, $t: Boolean!) { product(upc: "1") { reviews @skip(if: $s) { body @include(if: $t) } } }',
      variables: { s: false, t: false },
    },
  },
  {
    name: 'what a literal leaves out below a variable',
    reason:
      'Where a whole fetch stands under the condition of a variable, the planner takes this condition out of what it asks for, and with it those with literals. What was left out is fetched; where that fails and may not be null, its parent is null.',
    explains: (_difference, operation) => leavesOutBelowVariable(operation),
    example: {
      graph: 'catalogue',
      document:
        'query($s: Boolean!) { fullest { a: reviews { product @skip(if: true) @include(if: $s) { price } rival { totalWeight } } } products { margin shippingCost } }',
      variables: { s: false },
      faultSeed: 15,
    },
  },
  {
    name: 'what one literal keeps and another leaves out',
    reason:
      'A field under two literal conditions, of which one leaves it out, may take its neighbours with it: they are not fetched.',
    explains: (_difference, operation) => keepsAndLeavesOut(operation),
    example: {
      graph: 'catalogue',
      document:
        'query($v: String = "", $s: Boolean!) { product(sku: $v) { ... { totalWeight parcels @skip(if: false) @include(if: false) { __typename } } } products { totalWeight @skip(if: $s) } }',
      variables: { v: 'ü🙂', s: false },
    },
  },
  {
    name: 'the type of an interface object',
    reason:
      'The planner asks a subgraph that knows an interface as an object for its type, and the answer, the name of the interface, takes the place of the type that was known. What depends on the type is lost then.',
    explains: ({ kind }, _operation, _apollo, _right, { graph }) => graph.families !== undefined && kind === 'data',
    example: { graph: 'lending', document: '{ allMedia { ... on Movie { available __typename } title } }' },
  },
  {
    name: 'order of changes',
    reason:
      'The specification (6.3.1) wants the root fields of a mutation executed in the order of the document. Those in inline fragments that are alike are brought together before it is planned.',
    explains: (_difference, { definition }) =>
      definition.operation === 'mutation' && definition.selectionSet.selections.some(({ kind }) => kind !== Kind.FIELD),
    example: {
      graph: 'orders',
      document: 'mutation { ... { touch } count ... { rename(id: 1) { id } } }',
    },
  },
  {
    name: 'requirements that lack a part',
    reason:
      'Where a part of what a field `@requires` could not be fetched, it sends what it has, and the subgraph works with half of it. Ours does not ask, and tells at the field why.',
    explains: ({ kind }, _operation, _apollo, { errors }, { supergraphSdl }) =>
      kind === 'data' && /requires: "\w+ \{/.test(supergraphSdl) && errors.some(({ code }) => code === 'UNAVAILABLE'),
    example: { graph: 'sharing', document: '{ stormy { hotels { __typename } } }', down: ['geo'] },
  },
  {
    name: 'aliases that hide a key',
    reason:
      'The planner asks for keys, and for what is required, by their names. Where the client gave such a name to another field as an alias, the two get in each other’s way.',
    explains: (_difference, operation, _apollo, _right, { plannerFields }) => hides(operation, plannerFields),
    example: {
      graph: 'accounts and reviews',
      document: '{ latest { body id: author { name } } me { id: nickname reviews { body } } }',
    },
  },
];

/** Whether an operation gives one of the names to another field. */
function hides({ document }: Operation, names: ReadonlySet<string>): boolean {
  let found = false;
  visit(document, {
    Field: ({ alias, name }) => {
      if (alias && alias.value !== name.value && names.has(alias.value)) found = true;
    },
  });
  return found;
}
