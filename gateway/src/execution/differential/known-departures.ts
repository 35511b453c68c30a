import { Kind, print, visit } from 'graphql';
import type { Path } from '../subgraph-answer.ts';
import type { Answer, Operation } from './answers.ts';
import type { ApolloAnswer } from './apollo-executor.ts';
import type { Circumstances } from './circumstances.ts';
import type { ComposedGraph } from './composed-graph.ts';
import { hasHollowField, keepsAndLeavesOut, leavesOutBelowVariable } from './conditions.ts';
import type { Difference } from './normalize.ts';
import type { Ownership } from './ownership.ts';

/** A difference between @apollo/gateway and who is right, and how it came about. */
export interface DepartureCase {
  difference: Difference;
  operation: Operation;
  circumstances: Circumstances;
  apollo: ApolloAnswer;
  /** The answer that is right: that of graphql-js or, where it cannot know what was down, ours. */
  right: Answer;
  composed: ComposedGraph;
}

/** Something in which @apollo/gateway departs from the specification. */
export interface Departure {
  name: string;
  reason: string;
  explains(departure: DepartureCase): boolean;
  /** A small case that shows it, so that the list cannot rot. */
  example: Example;
}

/** A case of a test, in few words. */
export interface Example {
  graph: string;
  document: string;
  variables?: Record<string, unknown>;
  faultSeed?: number;
  down?: readonly string[];
}

/** The known departures of @apollo/gateway. Nothing here excuses ours. */
export const knownDepartures: readonly Departure[] = [
  {
    name: 'order of keys',
    reason:
      'The specification (7.2.2) wants the keys of the response in the order of the selections. @apollo/gateway brings a document into a form of its own, in which fields that are asked for twice stand elsewhere.',
    explains: ({ difference }) => difference.kind === 'order',
    example: { graph: 'accounts and reviews', document: '{ me { ... { name } id ... { born } } }' },
  },
  {
    name: 'errors of completion',
    reason:
      'A null that it puts for a value of the wrong form is told of in an extension, and not at all where a subgraph had an error; the specification (6.4.4) wants an error for each.',
    explains: ({ difference, apollo }) => difference.kind === 'error missing' && !apollo.completed,
    example: { graph: 'hidden', document: '{ search { __typename } lucky { __typename } }', faultSeed: 8 },
  },
  {
    name: 'conditions below a condition',
    reason:
      'A field that is asked for under a condition, with all below it under further ones, is an empty object where it is there and nothing below it is. The planner fetches it only where something below it is wanted, so that it seems to be null.',
    explains: ({ operation }) => hasHollowField(operation),
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
    explains: ({ operation }) => leavesOutBelowVariable(operation),
    example: {
      graph: 'accounts and reviews',
      document: 'query($s: Boolean!) { me @skip(if: $s) { id home @include(if: false) { street } } }',
      variables: { s: false },
      faultSeed: 9,
    },
  },
  {
    name: 'what a field that is left out requires',
    reason:
      'Where two fields of one fetch require something each, and one of them is left out by a condition, what it requires is not fetched. The fetch wants it all the same, so that the other field is not asked for either.',
    explains: ({ operation, composed }) => {
      const names = requiringFields(composed.ownership);
      return isConditional(operation) && asksFor(operation, names);
    },
    example: { graph: 'catalogue', document: '{ reviews { rival { margin pickUp @include(if: false) } } }' },
  },
  {
    name: 'errors at another item',
    reason:
      'It reckons the place of an error by the index of the representation among all objects of the list, also where some of them were not asked for because they are of another type.',
    explains: ({ difference, apollo, right }) =>
      difference.kind === 'error unexpected' &&
      !apollo.completed &&
      right.errors.some(({ path }) => withoutIndices(path) === withoutIndices(readPlace(difference.at))),
    example: { graph: 'unions', document: '{ hottest { ... on Named { name } ... on Post { id } } }', faultSeed: 11 },
  },
  {
    name: 'what one literal keeps and another leaves out',
    reason:
      'A field under two literal conditions, of which one leaves it out, may take its neighbours with it: they are not fetched.',
    explains: ({ operation }) => keepsAndLeavesOut(operation),
    example: {
      graph: 'catalogue',
      document:
        'query($v: String = "", $s: Boolean!) { product(sku: $v) { ... { totalWeight parcels @skip(if: false) @include(if: false) { __typename } } } products { totalWeight @skip(if: $s) } }',
      variables: { v: 'ü🙂', s: false },
    },
  },
  {
    name: 'a field that is required with other arguments',
    reason:
      'Where a field `@requires` another with arguments, and the client asks for that one with others or none, both are fetched under one name, and the client is shown what was required.',
    explains: ({ difference, operation, composed }) =>
      difference.kind === 'data' && asksFor(operation, fieldsRequiredWithArguments(composed.supergraphSdl)),
    example: {
      graph: 'catalogue',
      document: '{ reviews(of: "two words") { product { shippingCost margin crates { __typename } } } }',
    },
  },
  {
    name: 'the type of an interface object',
    reason:
      'The planner asks a subgraph that knows an interface as an object for its type, and the answer, the name of the interface, takes the place of the type that was known. What depends on the type is lost then.',
    explains: ({ difference, composed }) => composed.graph.families !== undefined && difference.kind === 'data',
    example: { graph: 'lending', document: '{ allMedia { ... on Movie { available __typename } title } }' },
  },
  {
    name: 'a type that nobody can tell',
    reason:
      'Where the subgraph is down that knows the types behind an interface object, the object cannot be told. It is null then, or has only what needs no type, and no error says why.',
    explains: ({ difference, composed, circumstances, apollo }) =>
      composed.graph.families !== undefined &&
      circumstances.down.length > 0 &&
      difference.kind === 'error missing' &&
      apollo.completed,
    example: { graph: 'media', document: '{ topRated { __typename } }', down: ['catalog'] },
  },
  {
    name: 'order of changes',
    reason:
      'The specification (6.3.1) wants the root fields of a mutation executed in the order of the document. Those in inline fragments that are alike are brought together before it is planned.',
    explains: ({ operation: { definition } }) =>
      definition.operation === 'mutation' && definition.selectionSet.selections.some(({ kind }) => kind !== Kind.FIELD),
    example: {
      graph: 'orders',
      document: 'mutation { ... { touch } count ... { rename(id: 1) { id } } }',
    },
  },
  {
    name: 'aliases that hide a key',
    reason:
      'The planner asks for keys, and for what is required, by their names. Where the client gave such a name to another field as an alias, the two get in each other’s way.',
    explains: ({ operation, composed }) => hides(operation, composed.plannerFields),
    example: {
      graph: 'accounts and reviews',
      document: '{ latest { body id: author { name } } me { id: nickname reviews { body } } }',
    },
  },
  {
    name: 'objects that are required and came in part',
    reason:
      'Where a field requires parts of an object, and one of these never came because its subgraph is down, the object is said to be null, and the field is worked out from that. Nothing was known of it, and we do not ask.',
    explains: ({ circumstances, operation, composed }) =>
      circumstances.down.length > 0 && asksFor(operation, fieldsThatRequireObjects(composed.ownership)),
    example: { graph: 'sharing', document: '{ stormy { hotels { stars } } }', down: ['geo'] },
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

/** The names of fields that some `@requires` of a supergraph asks for with arguments. */
function fieldsRequiredWithArguments(supergraphSdl: string): ReadonlySet<string> {
  const required = [...supergraphSdl.matchAll(/requires: "([^"]*)"/g)].map(([, fields = '']) => fields);
  return new Set(required.flatMap((fields) => [...fields.matchAll(/(\w+) *\(/g)].map(([, name = '']) => name)));
}

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

/** The names of fields that require others. */
function requiringFields({ requirements }: Ownership): Set<string> {
  return new Set([...requirements.keys()].map((coordinate) => coordinate.split('.')[1] ?? ''));
}

function isConditional({ document }: Operation): boolean {
  return /@(skip|include)\b/.test(print(document));
}

/** The names of fields that require parts of an object. */
function fieldsThatRequireObjects({ requirements }: Ownership): Set<string> {
  const names = [...requirements].flatMap(([coordinate, { selections }]) => {
    const hasParts = selections.some((node) => node.kind === Kind.FIELD && node.selectionSet);
    return hasParts ? [coordinate.split('.')[1] ?? ''] : [];
  });
  return new Set(names);
}

function asksFor({ document }: Operation, names: ReadonlySet<string>): boolean {
  let found = false;
  visit(document, {
    Field: ({ name }) => {
      if (names.has(name.value)) found = true;
    },
  });
  return found;
}
