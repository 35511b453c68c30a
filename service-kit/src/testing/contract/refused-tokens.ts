import { describe, expect, test } from '@jest/globals';
import type { PrivateJwk } from '../../settings.ts';
import { asClient, asService, forgeToken, type Headers, post, strangersKey } from './callers.ts';
import { committedSchema, guardedFields } from './committed-schema.ts';
import { eventsType } from './events.ts';
import type { Provider, RunningProvider } from './provider.ts';

/** The keys that a forger of tokens has: the gateway's, and that of a sister of whom the subgraph knows. */
interface Keys {
  readonly gateway: PrivateJwk;
  readonly sister: PrivateJwk;
}

/** Comes to every door that asks for a token without one that holds. */
export function describeRefusedTokens<P extends RunningProvider>(provider: Provider<P>, running: () => P): void {
  const { name: audience } = provider;
  const scope = provider.scopes.join(' ');
  const keysOf = ({ keys }: P): Keys => {
    const sister = Object.entries(keys).find(([name]) => name !== 'gateway' && name !== audience)?.[1];
    if (!sister) throw new Error('The subgraph trusts no sister.');
    return { gateway: keys.gateway, sister };
  };
  const client = { type: 'atrium-client+jwt', subject: 'someone', audience, scope } as const;
  const bearer = async (token: Promise<string>): Promise<Headers> => ({ authorization: `Bearer ${await token}` });

  const impostors: Record<string, (keys: Keys) => Promise<Headers>> = {
    'no token': async () => ({}),
    'an empty one': async () => ({ authorization: 'Bearer ' }),
    'a text that is no token': async () => ({ authorization: 'Bearer a.b.c' }),
    'an API key': async () => ({
      authorization: 'Bearer atrium_live_0123456789',
      'x-api-key': 'atrium_live_0123456789',
    }),
    'a token for another audience': ({ gateway }) => bearer(forgeToken({ ...client, key: gateway, audience: 'other' })),
    'a token of a key that nobody knows': () => bearer(forgeToken({ ...client, key: strangersKey('gateway:unknown') })),
    "a stranger's token under the gateway's key id": ({ gateway }) =>
      bearer(forgeToken({ ...client, key: strangersKey(gateway.kid) })),
    'a token that has expired': ({ gateway }) => bearer(forgeToken({ ...client, key: gateway, ageSeconds: 120 })),
    'a token from the future': ({ gateway }) => bearer(forgeToken({ ...client, key: gateway, ageSeconds: -600 })),
    "a client's token that a sister signed": ({ sister }) => bearer(forgeToken({ ...client, key: sister })),
    "a client's token that a sister signed as the gateway": ({ sister }) =>
      bearer(forgeToken({ ...client, key: sister, issuer: 'gateway' })),
    'a service token in the name of another': ({ sister }) =>
      bearer(forgeToken({ key: sister, type: 'atrium-service+jwt', subject: 'gateway', audience })),
    'a token of no algorithm': async ({ gateway }) => ({ authorization: `Bearer ${unsigned(audience, gateway.kid)}` }),
  };

  const [type = ''] = Object.keys(provider.entities);
  const schema = committedSchema(provider.folder);
  const mutation = guardedFields(schema, '').find((field) => field.type === 'Mutation')?.document ?? '';
  const graphql = (query: string) => ({
    path: '/graphql',
    contentType: 'application/json',
    body: JSON.stringify({ query }),
  });
  const doors = [
    graphql('{ __typename }'),
    graphql('{ _service { sdl } }'),
    graphql(`{ _entities(representations: [{ __typename: "${type}", id: "x" }]) { __typename } }`),
    graphql(mutation),
    { path: '/graphql', contentType: 'application/json', body: '{' },
    { path: '/graphql/', contentType: 'application/json', body: '{"query":"{ __typename }"}' },
    ...(provider.event ? [{ path: '/events', contentType: eventsType, body: '[]' }] : []),
  ];

  describe.each(Object.entries(impostors))('who comes with %s', (_how, authorization) => {
    test('is answered 401 at every door, and not told why', async () => {
      const keys = keysOf(running());
      const outcomes = await Promise.all(
        doors.map(async ({ path, contentType, body }) => {
          const headers = { 'content-type': contentType, ...(await authorization(keys)) };
          const { status, text } = await post(`${running().url}${path}`, headers, body);
          return { path, status, answer: JSON.parse(text.replace(/"requestId":"[^"]+"/, '"requestId":"…"')) };
        }),
      );
      const answer = {
        errors: [{ message: expect.any(String), extensions: { code: 'UNAUTHENTICATED', requestId: '…' } }],
      };
      expect(outcomes).toEqual(doors.map(({ path }) => ({ path, status: 401, answer })));
      expect(new Set(outcomes.map((outcome) => JSON.stringify(outcome.answer))).size).toBe(1);
    });
  });

  test('who has one that holds is answered, a client and a sister', async () => {
    const { gateway, sister } = keysOf(running());
    for (const headers of [await asClient(gateway, audience, provider.scopes), await asService(sister, audience)]) {
      const { data } = await post(`${running().url}/graphql`, headers, '{"query":"{ __typename }"}');
      expect(data).toEqual({ __typename: 'Query' });
    }
  });

  test('whether it is alive and ready is told to whoever asks', async () => {
    for (const path of ['/livez', '/readyz']) expect((await fetch(running().url + path)).status).toBe(200);
  });
}

function unsigned(audience: string, kid: string): string {
  const part = (value: object) => Buffer.from(JSON.stringify(value)).toString('base64url');
  const now = Math.floor(Date.now() / 1000);
  const claims = { iss: 'gateway', sub: 'someone', aud: audience, iat: now, exp: now + 60, scope: '' };
  return `${part({ alg: 'none', kid, typ: 'atrium-client+jwt' })}.${part(claims)}.`;
}
