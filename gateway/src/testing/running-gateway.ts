import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { PublicJwks } from '@atrium/service-kit';
import { createTestDatabase } from '@atrium/stack';
import type { FastifyInstance } from 'fastify';
import { exportJWK, generateKeyPair } from 'jose';
import { pino } from 'pino';
import { readGatewaySettings } from '../config.ts';
import { type KeyStore, openKeyStore } from '../identity/key-store.ts';
import { createGateway } from '../server.ts';
import { composeTestGraph, type SubgraphName, startSubgraph, type TestSubgraph } from './subgraphs.ts';

/** A gateway over real subgraphs and a real database, in this process. */
export interface RunningGateway {
  url: string;
  app: FastifyInstance;
  store: KeyStore;
  subgraphs: Record<SubgraphName, TestSubgraph>;
  /** Sends an operation and gives the answer with its status. */
  ask(key: string, body: object | FormData, headers?: Record<string, string>): Promise<Answer>;
  close(): Promise<void>;
}

/** An answer of the graph. */
export interface Answer {
  status: number;
  data?: Record<string, unknown> | null;
  errors?: { message: string; path?: (string | number)[]; extensions: { code: string; requestId: string } }[];
  text: string;
}

/** Starts it all; settings are given as in the environment. */
export async function startTestGateway(env: Record<string, string> = {}): Promise<RunningGateway> {
  const { privateKey } = await generateKeyPair('EdDSA', { extractable: true });
  const signingKey = { ...(await exportJWK(privateKey)), kid: 'gateway:test' };
  const { d: _, ...publicKey } = signingKey;
  const trustedKeys = { keys: [publicKey] } as PublicJwks;
  const folder = mkdtempSync(join(tmpdir(), 'atrium-gateway-'));
  const supergraphPath = join(folder, 'supergraph.graphql');
  writeFileSync(supergraphPath, composeTestGraph());
  const [database, profile, image, messaging] = await Promise.all([
    createTestDatabase('gateway'),
    startSubgraph('profile', trustedKeys),
    startSubgraph('image', trustedKeys),
    startSubgraph('messaging', trustedKeys),
  ]);
  const settings = readGatewaySettings({
    ATRIUM_MODE: 'development',
    DRAIN_DELAY_MS: '0',
    DATABASE_URL: database.url,
    SIGNING_KEY: JSON.stringify(signingKey),
    TRUSTED_KEYS: JSON.stringify(trustedKeys),
    SUPERGRAPH_PATH: supergraphPath,
    PROFILE_URL: profile.url,
    IMAGE_URL: image.url,
    MESSAGING_URL: messaging.url,
    ...env,
  });
  const app = await createGateway(settings, pino({ level: 'silent' }));
  await app.listen({ host: '127.0.0.1', port: 0 });
  const url = `http://127.0.0.1:${(app.server.address() as AddressInfo).port}`;
  const store = openKeyStore(database.url, { connections: 2, timeoutMs: 5_000 });
  return {
    url,
    app,
    store,
    subgraphs: { profile, image, messaging },
    ask: (key, body, headers = {}) => ask(`${url}/graphql`, key, body, headers),
    async close() {
      app.server.closeAllConnections();
      await Promise.all([app, profile, image, messaging, store].map((part) => part.close()));
      await database.stop();
      rmSync(folder, { recursive: true });
    },
  };
}

async function ask(
  url: string,
  key: string,
  body: object | FormData,
  headers: Record<string, string>,
): Promise<Answer> {
  const isForm = body instanceof FormData;
  const response = await fetch(url, {
    method: 'POST',
    headers: { 'x-api-key': key, ...(isForm ? {} : { 'content-type': 'application/json' }), ...headers },
    body: isForm ? body : JSON.stringify(body),
  });
  const text = await response.text();
  return { ...(JSON.parse(text) as object), status: response.status, text };
}
