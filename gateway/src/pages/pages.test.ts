import { afterAll, describe, expect, test } from '@jest/globals';
import Fastify, { type FastifyInstance } from 'fastify';
import { type PageOptions, registerPages, wantsPage } from './index.ts';
import { flowOperations } from './operations.ts';
import { settingsElement } from './page.ts';

const apiKey = 'atr_test_0193c9a07b6e_4bXkQ9';
const developmentPages = ['/', '/graphiql', '/inbox'];
const servers: FastifyInstance[] = [];

function serve(changes: Partial<PageOptions> = {}): FastifyInstance {
  const app = Fastify();
  // What the gateway allows other origins to do with /graphql must not hold for the pages.
  app.addHook('onRequest', async (_request, reply) => {
    reply.header('access-control-allow-origin', 'http://localhost:3000');
  });
  registerPages(app, {
    development: true,
    publicUrl: 'http://localhost:4000',
    developmentApiKey: apiKey,
    hostAllowed: (host) => host === 'localhost:4000',
    ...changes,
  });
  servers.push(app);
  return app;
}

function get(app: FastifyInstance, url: string, headers: Record<string, string> = {}) {
  return app.inject({ url, headers: { host: 'localhost:4000', ...headers } });
}

/** The policy by directive, with the nonce of this one response replaced by NONCE. */
function readPolicy(response: Awaited<ReturnType<typeof get>>): { nonce: string | undefined; policy: string[] } {
  const text = String(response.headers['content-security-policy']);
  const nonce = /'nonce-([^']+)'/.exec(text)?.[1];
  return { nonce, policy: text.replaceAll(nonce ?? 'none', 'NONCE').split('; ') };
}

afterAll(async () => {
  await Promise.all(servers.map((server) => server.close()));
});

describe('every page', () => {
  test.each(developmentPages)('%s is refused under a host name that is not the gateway’s', async (url) => {
    const response = await get(serve(), url, { host: 'rebound.example:4000' });
    expect(response.statusCode).toBe(403);
    expect(response.body).toContain('http://localhost:4000');
    expect(response.body).not.toContain(apiKey);
  });

  test.each(developmentPages)('%s is kept by no cache, shown in no frame and read by no other origin', async (url) => {
    const response = await get(serve(), url, { origin: 'http://localhost:3000' });
    expect(response.statusCode).toBe(200);
    expect(response.headers).toMatchObject({
      'cache-control': 'no-store',
      'cross-origin-resource-policy': 'same-origin',
      'referrer-policy': 'no-referrer',
      'x-content-type-options': 'nosniff',
      'x-frame-options': 'DENY',
    });
    expect(response.headers['access-control-allow-origin']).toBeUndefined();
    expect(readPolicy(response).policy).toEqual(
      expect.arrayContaining(["default-src 'none'", "base-uri 'none'", "form-action 'none'", "frame-ancestors 'none'"]),
    );
  });

  test.each(developmentPages)('%s runs its own scripts by a nonce that no other response has', async (url) => {
    const app = serve();
    const [first, second] = await Promise.all([get(app, url), get(app, url)]);
    const { nonce } = readPolicy(first);
    expect(nonce).toMatch(/^[\w-]{22}$/);
    expect(nonce).not.toBe(readPolicy(second).nonce);
    const scripts = [...first.body.matchAll(/<script(?! type="application\/json")[^>]*>/g)].map(([tag]) => tag);
    expect(scripts.length).toBeGreaterThan(0);
    for (const tag of scripts) expect(tag).toContain(`nonce="${nonce}"`);
  });

  test.each(developmentPages)('%s finds every file it names', async (url) => {
    const app = serve();
    const page = await get(app, url);
    const files = [...page.body.matchAll(/(?:src|href)="(\/(?:pages|graphiql)\/[^"]+)"/g)].map(([, file = '']) => file);
    expect(files.length).toBeGreaterThan(0);
    for (const file of files) {
      const response = await get(app, file);
      expect([file, response.statusCode]).toEqual([file, 200]);
      const again = await get(app, file, { 'if-none-match': String(response.headers.etag) });
      expect([again.statusCode, again.body]).toEqual([304, '']);
    }
  });
});

describe('the landing page', () => {
  test('allows Sandbox’s hosts and nothing else', async () => {
    const { policy } = readPolicy(await get(serve(), '/'));
    const cdn = 'https://embeddable-sandbox.cdn.apollographql.com';
    expect(policy).toEqual([
      "default-src 'none'",
      `script-src 'nonce-NONCE' ${cdn}`,
      `style-src 'nonce-NONCE' ${cdn}`,
      "connect-src 'self'",
      `img-src 'self' data: ${cdn}`,
      'frame-src https://sandbox.embed.apollographql.com https://studio.apollographql.com',
      "base-uri 'none'",
      "form-action 'none'",
      "frame-ancestors 'none'",
    ]);
  });

  test('shows the endpoint, the key, the curl command and every operation', async () => {
    const { body } = await get(serve(), '/');
    expect(body).toContain('http://localhost:4000/graphql');
    expect(body).toContain(`<code id="api-key">${apiKey}</code>`);
    expect(body).toContain(`x-api-key: ${apiKey}`);
    for (const { name } of flowOperations()) expect(body).toContain(`href="/graphiql?operation=${name}"`);
  });

  test('in production holds no key and no tool, and the other pages do not exist', async () => {
    const app = serve({ development: false });
    const page = await get(app, '/');
    expect(page.statusCode).toBe(200);
    expect(page.body).toContain('http://localhost:4000/graphql');
    expect(page.body).not.toContain(apiKey);
    expect(readPolicy(page).policy).toContain("script-src 'none'");
    for (const url of ['/graphiql', '/inbox', '/graphiql/graphiql.js']) {
      expect([url, (await get(app, url)).statusCode]).toEqual([url, 404]);
    }
  });
});

describe('the pages that need no network', () => {
  test('GraphiQL loads from this gateway alone', async () => {
    const response = await get(serve(), '/graphiql');
    expect(readPolicy(response).policy.join(';')).not.toMatch(/https?:/);
    expect(response.body).not.toMatch(/(?:src|href)="(?:https?:)?\/\//);
    expect(response.body).toContain(apiKey);
  });

  test('the inbox loads from this gateway alone and holds no key', async () => {
    const response = await get(serve(), '/inbox');
    expect(readPolicy(response).policy.join(';')).not.toMatch(/https?:/);
    expect(response.body).not.toContain(apiKey);
  });
});

describe('a GET to /graphql', () => {
  const browser = 'text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8';
  test.each([
    ['a browser', 'GET', browser, true],
    ['a browser that asks for the head', 'HEAD', browser, true],
    ['curl', 'GET', '*/*', false],
    ['a client without Accept', 'GET', undefined, false],
    ['a GraphQL client', 'GET', 'application/graphql-response+json, application/json;q=0.9', false],
    ['a client that would rather have JSON', 'GET', 'application/json, text/html;q=0.5', false],
    ['a client that refuses pages', 'GET', 'text/html;q=0', false],
    ['a form', 'POST', browser, false],
  ])('of %s is answered as it asks', (_who, method, accept, page) => {
    expect(wantsPage({ method, headers: { accept } })).toBe(page);
  });
});

test('settings cannot end the element that holds them', () => {
  const element = settingsElement({ document: '</script><script>alert(1)</script>' });
  expect(element.match(/<\/script>/g)).toHaveLength(1);
  expect(JSON.parse(element.slice(element.indexOf('{'), element.lastIndexOf('}') + 1))).toEqual({
    document: '</script><script>alert(1)</script>',
  });
});
