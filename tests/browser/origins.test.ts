import { expect, test } from '@jest/globals';
import { sharedSystem } from '../support/test-system.ts';

const system = await sharedSystem();

/** What a browser asks before a page of this origin may call the graph. */
async function mayCall(origin: string): Promise<string | null> {
  const response = await fetch(`${system.gatewayUrl}/graphql`, {
    method: 'OPTIONS',
    headers: {
      origin,
      'access-control-request-method': 'POST',
      'access-control-request-headers': 'content-type,x-api-key',
    },
  });
  return response.headers.get('access-control-allow-origin');
}

test.each(['https://studio.apollographql.com', 'http://localhost:3000', 'http://127.0.0.1:5173'])(
  'in development a page of %s may call the graph',
  async (origin) => {
    expect(await mayCall(origin)).toBe(origin);
  },
);

test.each(['https://example.com', 'http://localhost.example.com', 'null'])(
  'a page of %s may not call the graph',
  async (origin) => {
    expect(await mayCall(origin)).toBeNull();
  },
);

test.each(['/', '/graphiql', '/inbox', '/graphql'])('no other origin may read the page at %s', async (path) => {
  const response = await fetch(`${system.gatewayUrl}${path}`, {
    headers: { origin: 'http://localhost:3000', accept: 'text/html' },
  });
  expect(response.status).toBe(200);
  expect(response.headers.get('access-control-allow-origin')).toBeNull();
  expect(response.headers.get('content-security-policy')).toMatch(/^default-src 'none'; script-src 'nonce-/);
});
