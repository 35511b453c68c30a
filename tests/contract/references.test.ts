import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { openAtrium } from '../support/atrium.ts';
import { dataOf } from '../support/graphql-client.ts';
import { codeTo } from '../support/inbox.ts';
import { newPerson } from '../support/phone-numbers.ts';
import { photograph } from '../support/pictures.ts';
import type { Subgraph } from '../support/schemas.ts';
import { countStatements, type StatementCounter } from '../support/statements.ts';
import { asClient, asService } from '../support/subgraph-client.ts';
import { sharedSystem } from '../support/test-system.ts';

const system = await sharedSystem();
const atrium = openAtrium(system);

const people = await Promise.all(Array.from({ length: 12 }, (_, i) => atrium.newUser(newPerson(`Person ${i}`))));
const userIds = people.map(({ id }) => id);
const messageIds: string[] = [];
const imageIds: string[] = [];

beforeAll(async () => {
  const base64 = (await photograph({ width: 32, height: 24 })).toString('base64');
  for (const { id, phoneNumber } of people) {
    await codeTo(system, phoneNumber ?? '');
    messageIds.push((await atrium.user(id))?.messages?.edges[0]?.node.id ?? '');
  }
  for (const userId of userIds) {
    imageIds.push((await atrium.uploadImage({ userId, base64, asAvatar: true })).image?.id ?? '');
  }
});

interface References {
  type: 'User' | 'Image' | 'Message';
  subgraph: Subgraph;
  ids: () => string[];
  fields: string;
  /** What an id that names nothing gives: nothing, or an entity without what the service would add to it. */
  unknown: (id: string) => object | null;
  /** The tables that the entity is read from, in the statements that read it for a client. */
  reads: RegExp;
}

const entities: References[] = [
  {
    type: 'User',
    subgraph: 'profile',
    ids: () => userIds,
    fields: 'id name',
    unknown: () => null,
    reads: /^\s*(?:SELECT|WITH)\b(?!.*\b(?:outbox|idempotency_keys|UPDATE|DELETE|INSERT)\b).*\busers\b/is,
  },
  {
    type: 'Image',
    subgraph: 'image',
    ids: () => imageIds,
    fields: 'id width',
    unknown: () => null,
    reads: /^\s*(?:SELECT|WITH)\b.*\bimages\b/is,
  },
  {
    type: 'Message',
    subgraph: 'messaging',
    ids: () => messageIds,
    fields: 'id operation',
    unknown: () => null,
    reads: /^\s*(?:SELECT|WITH)\b(?!.*\b(?:UPDATE|DELETE|INSERT)\b).*\bmessages\b/is,
  },
  {
    type: 'User',
    subgraph: 'image',
    ids: () => userIds,
    fields: 'id avatar { width }',
    unknown: (id) => ({ id, avatar: null }),
    reads: /^\s*(?:SELECT|WITH)\b.*\b(?:avatars|images)\b/is,
  },
  {
    type: 'User',
    subgraph: 'messaging',
    ids: () => userIds,
    fields: 'id messages(first: 5) { edges { node { operation } } }',
    unknown: (id) => ({ id, messages: { edges: [] } }),
    reads: /^\s*(?:SELECT|WITH)\b(?!.*\b(?:UPDATE|DELETE|INSERT)\b).*\bmessages\b/is,
  },
];

const malformed = ['', 'no id', '0193c9a0', `${'a'.repeat(5_000)}`, '0193c9a0-7b6e-7c52-9f0a-5d4f7f3a2b1\u0000'];

describe.each(entities)(
  '$subgraph as the home of $type ($fields)',
  ({ type, subgraph, ids, fields, unknown, reads }) => {
    let counter: StatementCounter;
    beforeAll(async () => {
      counter = await countStatements(system.adminDatabaseUrl, system.databases[subgraph]);
    });
    afterAll(() => counter.close());

    async function resolve(wanted: string[]): Promise<({ id: string } | null)[]> {
      const answer = await asClient<{ _entities: ({ id: string } | null)[] }>(
        system,
        subgraph,
        `query ($r: [_Any!]!) { _entities(representations: $r) { ... on ${type} { ${fields} } } }`,
        { r: wanted.map((id) => ({ __typename: type, id })) },
      );
      return dataOf(answer)._entities;
    }

    test('a hundred references, repeated ones among them, are answered in order with one query', async () => {
      const known = Array.from({ length: 100 }, (_, i) => ids()[(i * 7) % ids().length] ?? '');
      await resolve(known);
      // Who is known may be answered from memory; whom nobody has asked for yet is not.
      const strangers = Array.from({ length: 20 }, () => crypto.randomUUID());
      let answered: ({ id: string } | null)[] = [];
      const queries = await counter.during(reads, async () => {
        answered = await resolve([...strangers, ...known]);
      });
      expect(answered.slice(strangers.length).map((entity) => entity?.id)).toEqual(known);
      expect(answered.slice(0, strangers.length)).toEqual(strangers.map(unknown));
      expect(queries).toBe(1);
    });

    test('unknown and malformed references harm none of their neighbours', async () => {
      const [known = '', alsoKnown = ''] = ids();
      const stranger = crypto.randomUUID();
      const [first, nobody, ...rest] = await resolve([known, stranger, ...malformed, alsoKnown, known]);
      expect(first).toMatchObject({ id: known });
      expect(nobody).toEqual(unknown(stranger));
      expect(rest.slice(-2)).toMatchObject([{ id: alsoKnown }, { id: known }]);
      rest.slice(0, -2).forEach((entity, i) => {
        expect([null, unknown(malformed[i] ?? '')]).toContainEqual(entity);
      });
      expect(rest.at(-1)).toEqual(first);
    });

    test('whoever lacks the scope is told so, and sees nothing', async () => {
      const [id = ''] = ids();
      const answer = await asClient<{ _entities: (Record<string, unknown> | null)[] } | null>(
        system,
        subgraph,
        `query ($r: [_Any!]!) { _entities(representations: $r) { ... on ${type} { ${fields} } } }`,
        { r: [{ __typename: type, id }] },
        [],
      );
      expect(answer.errors.map(({ extensions }) => extensions.code)).toEqual(['UNAUTHORIZED_FIELD_OR_TYPE']);
      const [entity] = answer.data?._entities ?? [];
      for (const [field, value] of Object.entries(entity ?? {})) if (field !== 'id') expect(value).toBeNull();
    });
  },
);

test('contacts answers a thousand ids in order with one query', async () => {
  const counter = await countStatements(system.adminDatabaseUrl, system.databases.profile);
  const wanted = Array.from({ length: 1_000 }, (_, i) => (i % 5 === 4 ? crypto.randomUUID() : (userIds[i % 12] ?? '')));
  const query = 'query ($userIds: [ID!]!) { contacts(userIds: $userIds) { userId } }';
  let contacts: ({ userId: string } | null)[] = [];
  const queries = await counter.during(/^\s*(?:SELECT|WITH)\b(?!.*\boutbox\b).*\busers\b/is, async () => {
    const answer = await asService<{ contacts: typeof contacts }>(system, 'image', 'profile', query, {
      userIds: wanted,
    });
    contacts = dataOf(answer).contacts;
  });
  await counter.close();
  expect(contacts.map((contact) => contact?.userId)).toEqual(
    wanted.map((id) => (userIds.includes(id) ? id : undefined)),
  );
  expect(queries).toBe(1);
});
