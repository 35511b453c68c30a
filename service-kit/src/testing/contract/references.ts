import { randomUUID } from 'node:crypto';
import { describe, expect, test } from '@jest/globals';
import { asClient, post } from './callers.ts';
import { committedSchema, keyedTypes } from './committed-schema.ts';
import type { Entity, EntityDescription, Provider, RunningProvider } from './provider.ts';
import { countStatements } from './statements.ts';

/** How many more statements a hundred times as many references may take: what the subgraph does beside counts, too. */
const slack = 10;

const malformed = ['', 'no id', '0193c9a0', 'a'.repeat(5_000), '0193c9a0-7b6e-7c52-9f0a-5d4f7f3a2b1\u0000'];

/** Asks for references as the gateway does: `_entities`, by type and id. */
export function describeReferences<P extends RunningProvider>(provider: Provider<P>, running: () => P): void {
  const entities = Object.entries(provider.entities).map(([type, entity]) => ({ type, ...entity }));

  test('every type that the schema has a key for is asked for', () => {
    expect(Object.keys(provider.entities).toSorted()).toEqual(keyedTypes(committedSchema(provider.folder)));
  });

  describe.each(entities)(
    'references to $type',
    ({ type, fields, make, unknown }: EntityDescription<P> & { type: string }) => {
      async function ask(ids: readonly string[], scopes = provider.scopes) {
        const { url, keys } = running();
        const query = `query ($r: [_Any!]!) { _entities(representations: $r) { ... on ${type} { ${fields} } } }`;
        const body = JSON.stringify({ query, variables: { r: ids.map((id) => ({ __typename: type, id })) } });
        return post(`${url}/graphql`, await asClient(keys.gateway, provider.name, scopes), body);
      }

      async function resolve(ids: readonly string[]): Promise<(Entity | null)[]> {
        const { data, errors } = await ask(ids);
        expect(errors).toEqual([]);
        return data?._entities as (Entity | null)[];
      }

      test('are answered in their order, repeated ones each time, and unknown ones as the schema has it', async () => {
        const [first, second, ...others] = await make(running(), 5);
        const strangers: Entity[] = [randomUUID(), randomUUID()].map((id) => ({ id, ...unknown(id) }));
        const asked = [second, strangers[0], first, ...others, second, strangers[1], first].filter((each) => !!each);
        const answered = await resolve(asked.map(({ id }) => id));
        expect(answered).toEqual(asked.map((each) => (strangers.includes(each) ? unknown(each.id) : each)));
      });

      test('that are malformed harm none of their neighbours', async () => {
        const [known, other] = await make(running(), 2);
        const answered = await resolve([known?.id ?? '', ...malformed, other?.id ?? '']);
        expect([answered[0], answered.at(-1)]).toEqual([known, other]);
        answered.slice(1, -1).forEach((entity, i) => {
          expect([null, unknown(malformed[i] ?? '')]).toContainEqual(entity);
        });
      });

      test('cost no more statements when there are a thousand of them than when there are ten', async () => {
        const made = await make(running(), 1_010);
        const ids = made.map(({ id }) => id);
        const counter = await countStatements(running().databaseUrl);
        try {
          // The document is known and connections are open; what is remembered of these ids has no part in the rest.
          await resolve([randomUUID()]);
          let answered: (Entity | null)[] = [];
          const ten = await counter.during(() => resolve(ids.slice(0, 10)));
          const thousand = await counter.during(async () => {
            answered = await resolve(ids.slice(10));
          });
          expect(answered).toEqual(made.slice(10));
          expect(ten).toBeGreaterThan(0);
          expect(thousand).toBeLessThanOrEqual(ten + slack);
        } finally {
          await counter.close();
        }
      });

      test('that are hidden look like those that do not exist', async () => {
        const [made] = await make(running(), 1);
        const [known, stranger] = [await ask([made?.id ?? ''], []), await ask([randomUUID()], [])];
        expect(known.errors.map(({ extensions }) => extensions.code)).toEqual(['UNAUTHORIZED_FIELD_OR_TYPE']);
        expect(anonymous(known.data)).toEqual(anonymous(stranger.data));
        expect(known.errors.map(({ message }) => message)).toEqual(stranger.errors.map(({ message }) => message));
      });
    },
  );
}

/** The data without the ids that were asked for. */
function anonymous(data: unknown): unknown {
  return JSON.parse(JSON.stringify(data ?? null, (key, value) => (key === 'id' ? undefined : value)));
}
