import type { Person } from './dataset.ts';
import { listed } from './workloads.ts';

/** A way to ask: ours, whether by the gateway or directly, or that of a peer. */
export type DialectName = 'atrium' | 'postgraphile' | 'keystone';

/** One operation as a client prepares it: the text is the same on every request. */
export interface Operation<Input> {
  document: string;
  variables(input: Input): object;
}

/** The phone number that a create gave back, and the users that a list holds, in an answer's data. */
export interface Dialect {
  create: Operation<Person> & { created(data: unknown): { phoneNumber?: unknown } | undefined };
  /** Aliases see to it that every answer is `{"data":{"user":{…}}}` with the fields of `readFields`, in their order. */
  read: Operation<string>;
  list: Operation<string> & { found(data: unknown): readonly { name?: unknown; location?: unknown }[] };
}

/** The fields that are read of a user. */
export const readFields = ['id', 'name', 'phoneNumber', 'email', 'country', 'location', 'locale'] as const;

const fields = readFields.join(' ');

interface Connection {
  users?: { edges?: { node: { name?: unknown; location?: unknown } }[] };
}

const inConnection = (data: unknown) => ((data as Connection).users?.edges ?? []).map(({ node }) => node);

/** How the same is asked for in each graph. */
export const dialects: Readonly<Record<DialectName, Dialect>> = {
  atrium: {
    create: {
      document: `mutation Create($input: CreateUserInput!) {
        createUser(input: $input) { user { id phoneNumber phoneVerification { status } version } userErrors { code field } }
      }`,
      variables: (person) => ({ input: person }),
      created: (data) => (data as { createUser?: { user?: object } }).createUser?.user,
    },
    read: {
      document: `query Read($id: ID!) { user(id: $id) { ${fields} } }`,
      variables: (id) => ({ id }),
    },
    list: {
      document: `query Find($word: String!) { users(first: ${listed}, search: $word) { edges { node { ${fields} } } } }`,
      variables: (word) => ({ word }),
      found: inConnection,
    },
  },
  postgraphile: {
    create: {
      document: `mutation Create($input: CreateUserInput!) {
        createUser(input: $input) { user { id: rowId phoneNumber phoneStatus version } }
      }`,
      variables: (person) => ({ input: { user: person } }),
      created: (data) => (data as { createUser?: { user?: object } }).createUser?.user,
    },
    read: {
      document: `query Read($id: UUID!) { user: userByRowId(rowId: $id) { ${rowFields()} } }`,
      variables: (id) => ({ id }),
    },
    list: {
      document: `query Find($word: String!) {
        users: allUsers(
          first: ${listed}
          filter: { or: [{ name: { includesInsensitive: $word } }, { location: { includesInsensitive: $word } }] }
        ) { edges { node { ${rowFields()} } } }
      }`,
      variables: (word) => ({ word }),
      found: inConnection,
    },
  },
  keystone: {
    create: {
      document: `mutation Create($data: UserCreateInput!) {
        createUser(data: $data) { id phoneNumber phoneStatus version }
      }`,
      variables: (person) => ({ data: person }),
      created: (data) => (data as { createUser?: object }).createUser,
    },
    read: {
      document: `query Read($id: ID!) { user(where: { id: $id }) { ${fields} } }`,
      variables: (id) => ({ id }),
    },
    list: {
      document: `query Find($word: String!) {
        users(
          take: ${listed}
          where: {
            OR: [{ name: { contains: $word, mode: insensitive } }, { location: { contains: $word, mode: insensitive } }]
          }
        ) { ${fields} }
      }`,
      variables: (word) => ({ word }),
      found: (data) => (data as { users?: { name?: unknown }[] }).users ?? [],
    },
  },
};

/** PostGraphile's `id` is one for all tables; a row's own is `rowId`. */
function rowFields(): string {
  return fields.replace(/^id /, 'id: rowId ');
}

/** The JSON body of a request. */
export function bodyOf<Input>(operation: Operation<Input>, input: Input): string {
  return JSON.stringify({ query: operation.document, variables: operation.variables(input) });
}
