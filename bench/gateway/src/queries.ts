import { avatarAt, idAt, messagesAt, userAt, userCount } from './dataset.ts';

/** The names of the queries. */
export const queryNames = ['Q1', 'Q2', 'Q3'] as const;

/** A query's name. */
export type QueryName = (typeof queryNames)[number];

/** A query that is asked again and again for other places of the data set. */
export interface BenchQuery {
  readonly name: QueryName;
  /** What it makes a gateway do, for people. */
  readonly meaning: string;
  /** The document: the same text on each request, as a prepared client sends it. */
  readonly document: string;
  /** The places that it may be asked for: from the first up to, not including, the end. */
  readonly places: { first: number; end: number };
  /** The variables for a place; all of a query are equally long as JSON. */
  variables(place: number): Record<string, unknown>;
  /** The users that the answer holds, from the place on; a list, or the one user itself. */
  readonly answers: { field: 'user' } | { field: 'users'; count: number };
  /** One user as the answer shows them. */
  userAsAnswered(place: number): object;
}

const listed = 50;
const card = 'id name avatar { url } messages(first: 5) { id operation status }';

/** The queries that gateways are compared by. */
export const queries: Readonly<Record<QueryName, BenchQuery>> = {
  Q1: {
    name: 'Q1',
    meaning: 'one user of one service',
    document: 'query UserName($id: ID!) { user(id: $id) { id name } }',
    places: { first: 0, end: userCount },
    variables: (place) => ({ id: idAt(place) }),
    answers: { field: 'user' },
    userAsAnswered: (place) => ({ id: idAt(place), name: userAt(place).name }),
  },
  Q2: {
    name: 'Q2',
    meaning: 'one user of three services',
    document: `query UserCard($id: ID!) { user(id: $id) { ${card} } }`,
    places: { first: 0, end: userCount },
    variables: (place) => ({ id: idAt(place) }),
    answers: { field: 'user' },
    userAsAnswered: cardAt,
  },
  Q3: {
    name: 'Q3',
    meaning: `${listed} users of three services`,
    document: `query UserList($offset: Int!) { users(first: ${listed}, offset: $offset) { ${card} } }`,
    places: { first: 10_000, end: userCount - listed },
    variables: (place) => ({ offset: place }),
    answers: { field: 'users', count: listed },
    userAsAnswered: cardAt,
  },
};

function cardAt(place: number): object {
  const avatar = avatarAt(place);
  return {
    id: idAt(place),
    name: userAt(place).name,
    avatar: avatar && { url: avatar.url },
    messages: messagesAt(place).slice(0, 5),
  };
}
