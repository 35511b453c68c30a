import type { Path } from '../subgraph-answer.ts';
import type { Answer, Operation } from './answers.ts';
import type { ApolloAnswer } from './apollo-executor.ts';
import { hasHollowField, leavesOutBelowVariable } from './conditions.ts';
import type { Difference } from './normalize.ts';

/** Something in which @apollo/gateway departs from the specification. */
export interface Departure {
  name: string;
  reason: string;
  explains(difference: Difference, operation: Operation, apollo: ApolloAnswer, right: Answer): boolean;
  /** A small case that shows it, so that the list cannot rot. */
  example: { graph: string; document: string; variables?: Record<string, unknown>; faultSeed?: number };
}

/** The known departures of @apollo/gateway. Nothing here excuses ours. */
export const knownDepartures: readonly Departure[] = [
  {
    name: 'order of keys',
    reason:
      'The specification (7.2.2) wants the keys of the response in the order of the selections. @apollo/gateway brings a document into a form of its own, in which fields that are asked for twice stand elsewhere.',
    explains: ({ kind }) => kind === 'order',
    example: {
      graph: 'accounts and reviews',
      document: '{ me { name ...F born } } fragment F on User { nickname name id }',
    },
  },
  {
    name: 'errors of completion',
    reason:
      'A null that it puts for a value of the wrong form is told of in an extension, and not at all where a subgraph had an error; the specification (6.4.4) wants an error for each.',
    explains: ({ kind }, _operation, { completed }) => kind === 'error missing' && !completed,
    example: { graph: 'accounts and reviews', document: '{ me { name } }', faultSeed: 1 },
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
      graph: 'accounts and reviews',
      document: 'query($s: Boolean!) { me @skip(if: $s) { id home @include(if: false) { street } } }',
      variables: { s: false },
      faultSeed: 1,
    },
  },
  {
    name: 'errors at another item',
    reason:
      'It reckons the place of an error by the index of the representation among all objects of the list, also where some of them were not asked for because they are of another type.',
    explains: (difference, _operation, { completed }, { errors }) =>
      difference.kind === 'error unexpected' &&
      !completed &&
      errors.some(({ path }) => withoutIndices(path) === withoutIndices(readPlace(difference.at))),
    example: { graph: 'unions', document: '{ hottest { ... on Named { name } ... on Post { id } } }', faultSeed: 11 },
  },
  {
    name: 'objects of an inaccessible type',
    reason:
      'An object whose type clients may not know of is an error for graphql-js. Where the document does not ask for its type, @apollo/gateway does not know it, and shows an object without what was asked of others.',
    explains: (_difference, _operation, _apollo, { errors }) =>
      errors.some(({ message }) => message.includes('does not exist inside the schema')),
    example: { graph: 'hidden', document: '{ search(color: GREEN) { ... on Item { id } } }' },
  },
];

function withoutIndices(path: Path | undefined): string {
  return JSON.stringify(path?.filter((step) => typeof step === 'string'));
}

/** The path that a difference tells, which says in words besides where there is a value. */
function readPlace(at: string): Path | undefined {
  const end = at.lastIndexOf(']') + 1;
  return end === 0 ? undefined : (JSON.parse(at.slice(0, end)) as Path);
}
