import { beforeAll, describe, expect, test } from '@jest/globals';
import { asClient, asService, post } from './callers.ts';
import { committedSchema, type GuardedField, guardedFields } from './committed-schema.ts';
import type { Provider, RunningProvider } from './provider.ts';

const refused = 'UNAUTHORIZED_FIELD_OR_TYPE';
/** Stands in the documents where the id of an entity goes. */
const entityId = 'THE-ENTITY';

/** Asks for every guarded field with and without the scopes that the committed schema names. */
export function describeScopes<P extends RunningProvider>(provider: Provider<P>, running: () => P): void {
  const fields = guardedFields(committedSchema(provider.folder), entityId);
  const scoped = fields.filter(({ scopes }) => scopes);
  const ids = new Map<string, string>();
  beforeAll(async () => {
    for (const [type, entity] of Object.entries(provider.entities))
      ids.set(type, (await entity.full(running()))[0] ?? '');
  });

  async function outcome({ document, type, field }: GuardedField, held: readonly string[]) {
    const { url, keys } = running();
    const query = document.replace(entityId, ids.get(type) ?? '');
    const headers = await asClient(keys.gateway, provider.name, held);
    const { data, errors } = await post(`${url}/graphql`, headers, JSON.stringify({ query }));
    const [entity] = (data?._entities as Record<string, unknown>[] | undefined) ?? [];
    return { codes: errors.map(({ extensions }) => extensions.code), value: (entity ?? data)?.[field] ?? null };
  }

  test('only what is meant to be open needs no scope, and what is for services names none', () => {
    expect(scoped.length).toBeGreaterThan(0);
    const open = fields.filter(({ scopes, inaccessible }) => !scopes && !inaccessible);
    expect(open.map(({ field }) => field)).toEqual(provider.open);
    expect(scoped.filter(({ inaccessible }) => inaccessible)).toEqual([]);
  });

  describe.each(scoped)('$field of $type', (guarded) => {
    const named = guarded.scopes?.flat() ?? [];
    test('is refused to who has every scope but those that the schema names', async () => {
      expect(named.filter((scope) => !provider.scopes.includes(scope))).toEqual([]);
      const others = provider.scopes.filter((scope) => !named.includes(scope));
      expect(await outcome(guarded, others)).toEqual({ codes: [refused], value: null });
    });

    test('is given to who has the scopes that the schema names', async () => {
      // A field of an entity is reached through the entity, which may need a scope as well.
      const way = ['Query', 'Mutation'].includes(guarded.type)
        ? []
        : provider.scopes.filter((each) => each.endsWith(':read'));
      for (const set of guarded.scopes ?? []) {
        expect((await outcome(guarded, [...set, ...way])).codes).not.toContain(refused);
      }
    });
  });

  const forServices = fields.filter(({ inaccessible }) => inaccessible);
  if (forServices.length === 0) return;
  test.each(forServices)(
    '$field of $type is for services, and no client may ask for it, whatever its scopes',
    async (guarded) => {
      expect(await outcome(guarded, provider.scopes)).toEqual({ codes: ['FORBIDDEN'], value: null });
      const [sister] = Object.keys(running().keys).filter((name) => name !== 'gateway' && name !== provider.name);
      const key = running().keys[sister ?? ''];
      if (!key) throw new Error('There is no sister.');
      const { errors } = await post(
        `${running().url}/graphql`,
        await asService(key, provider.name),
        JSON.stringify({ query: guarded.document }),
      );
      expect(errors.map(({ extensions }) => extensions.code)).not.toContain('FORBIDDEN');
    },
  );
}
