import { describe, expect, test } from '@jest/globals';
import { post } from '../support/graphql-client.ts';
import { newPerson } from '../support/phone-numbers.ts';
import { type Subgraph, subgraphs } from '../support/schemas.ts';
import { everyScope } from '../support/subgraph-client.ts';
import { sharedSystem } from '../support/test-system.ts';
import { clientAuthorization, serviceAuthorization, signToken, strangersKey } from '../support/tokens.ts';

const system = await sharedSystem();
const { gateway, profile } = system.signingKeys;
const scope = everyScope.join(' ');

/** Ways to come without a token that holds, each as the headers of a request to `audience`. */
function impostors(audience: Subgraph): Record<string, () => Promise<Record<string, string>>> {
  const sister = subgraphs.find((name) => name !== audience) ?? 'profile';
  const client = { type: 'atrium-client+jwt', subject: 'someone', audience, scope } as const;
  const bearer = async (token: Promise<string>) => ({ authorization: `Bearer ${await token}` });
  return {
    'without a token': async () => ({}),
    'with an empty one': async () => ({ authorization: 'Bearer ' }),
    'with a text that is no token': async () => ({ authorization: 'Bearer a.b.c' }),
    'with an API key': async () => ({ authorization: `Bearer ${system.apiKey}`, 'x-api-key': system.apiKey }),
    'with a token for a sister': () => clientAuthorization(gateway, sister, everyScope),
    'with a token of a key that nobody knows': () =>
      bearer(signToken({ ...client, key: strangersKey('gateway:unknown') })),
    "with a token of a stranger under the gateway's key id": () =>
      bearer(signToken({ ...client, key: strangersKey(gateway.kid) })),
    'with a token that has expired': () => bearer(signToken({ ...client, key: gateway, ageSeconds: 120 })),
    'with a token from the future': () => bearer(signToken({ ...client, key: gateway, ageSeconds: -600 })),
    "with a client's token that a sister signed": () => bearer(signToken({ ...client, key: profile })),
    "with a client's token that a sister signed as the gateway": () =>
      bearer(signToken({ ...client, key: profile, issuer: 'gateway' })),
    'with a service token in the name of another': () =>
      bearer(signToken({ key: profile, type: 'atrium-service+jwt', subject: 'gateway', audience })),
    'with a token of no algorithm': async () => ({ authorization: `Bearer ${unsigned(audience)}` }),
  };
}

function unsigned(audience: string): string {
  const part = (value: object) => Buffer.from(JSON.stringify(value)).toString('base64url');
  const now = Math.floor(Date.now() / 1000);
  const claims = { iss: 'gateway', sub: 'someone', aud: audience, iat: now, exp: now + 60, scope };
  return `${part({ alg: 'none', kid: gateway.kid, typ: 'atrium-client+jwt' })}.${part(claims)}.`;
}

const json = { 'content-type': 'application/json' };
const entities = JSON.stringify({
  query: 'query ($r: [_Any!]!) { _entities(representations: $r) { __typename } }',
  variables: { r: [{ __typename: 'User', id: '0193c9a0-7b6e-7c52-9f0a-5d4f7f3a2b10' }] },
});
const create = JSON.stringify({
  query: 'mutation ($input: CreateUserInput!) { createUser(input: $input) { user { id } } }',
  variables: { input: newPerson() },
});

/** Everything that asks for a token: a path and what is sent there. */
const doors = [
  { door: 'a query', path: '/graphql', headers: json, body: '{"query":"{ __typename }"}' },
  { door: '_service', path: '/graphql', headers: json, body: '{"query":"{ _service { sdl } }"}' },
  { door: '_entities', path: '/graphql', headers: json, body: entities },
  { door: 'a mutation', path: '/graphql', headers: json, body: create },
  { door: 'a body that cannot be read', path: '/graphql', headers: json, body: '{' },
  { door: '/graphql/', path: '/graphql/', headers: json, body: '{"query":"{ __typename }"}' },
  { door: '/events', path: '/events', headers: { 'content-type': 'application/cloudevents-batch+json' }, body: '[]' },
];

describe.each(subgraphs)('%s', (subgraph) => {
  // Profile takes events from nobody.
  const closed = doors.filter(({ path }) => path !== '/events' || subgraph !== 'profile');

  test('answers 401 with one and the same body to whoever comes without a token that holds, at every door', async () => {
    const outcomes = await Promise.all(
      Object.entries(impostors(subgraph)).flatMap(([how, authorization]) =>
        closed.map(async ({ door, path, headers, body }) => {
          const answer = await post(
            `${system.services[subgraph].url}${path}`,
            { ...headers, ...(await authorization()) },
            body,
          );
          return {
            how,
            door,
            status: answer.status,
            body: answer.text.replace(/"requestId":"[^"]+"/, '"requestId":"…"'),
          };
        }),
      ),
    );
    expect(outcomes.filter(({ status }) => status !== 401)).toEqual([]);
    expect(new Set(outcomes.map(({ body }) => body)).size).toBe(1);
    expect(JSON.parse(outcomes[0]?.body ?? '')).toEqual({
      errors: [{ message: expect.any(String), extensions: { code: 'UNAUTHENTICATED', requestId: '…' } }],
    });
  });

  test('answers whoever does have one', async () => {
    const client = await clientAuthorization(gateway, subgraph, everyScope);
    const sister = await serviceAuthorization(gateway, subgraph);
    for (const authorization of [client, sister]) {
      const url = `${system.services[subgraph].url}/graphql`;
      expect((await post(url, { ...json, ...authorization }, '{"query":"{ __typename }"}')).data).toEqual({
        __typename: 'Query',
      });
    }
  });

  test('tells whoever asks whether it is alive and ready', async () => {
    for (const path of ['/livez', '/readyz']) {
      expect((await fetch(system.services[subgraph].url + path)).status).toBe(200);
    }
  });

  test("does not take a client's word for an event, nor a sister's for another sister's", async () => {
    if (subgraph === 'profile') return;
    const url = `${system.services[subgraph].url}/events`;
    const event = {
      specversion: '1.0',
      id: crypto.randomUUID(),
      source: '/profile',
      type: 'user.deleted',
      subject: '0193c9a0-7b6e-7c52-9f0a-5d4f7f3a2b10',
      time: new Date().toISOString(),
      datacontenttype: 'application/json',
      data: { version: 2 },
    };
    const headers = { 'content-type': 'application/cloudevents-batch+json' };
    const client = await clientAuthorization(gateway, subgraph, everyScope);
    const posing = await serviceAuthorization(gateway, subgraph);
    const body = JSON.stringify([event]);
    expect((await post(url, { ...headers, ...client }, body)).errors[0]?.extensions.code).toBe('FORBIDDEN');
    expect((await post(url, { ...headers, ...posing }, body)).errors[0]?.extensions.code).toBe('BAD_REQUEST');
    const own = await serviceAuthorization(profile, subgraph);
    for (const bad of ['{}', '[{}]', '[', JSON.stringify([{ ...event, subject: 'x' }])]) {
      expect((await post(url, { ...headers, ...own }, bad)).errors[0]?.extensions.code).toBe('BAD_REQUEST');
    }
    expect((await post(url, { ...headers, ...own }, body)).status).toBe(204);
    expect((await post(url, { ...headers, ...own }, body)).status).toBe(204);
  });
});
