import { generateKeyPairSync } from 'node:crypto';
import { Writable } from 'node:stream';
import { pino } from 'pino';
import { createServiceMetrics, type ServiceMetrics } from '../metrics/index.ts';
import type { PrivateJwk } from '../settings.ts';
import { createSubgraph, type SubgraphContext, type SubgraphOptions } from '../subgraph.ts';
import { createTokenIssuer, createTokenVerifier } from '../tokens.ts';

/** A small subgraph over HTTP, and what its callers and its operator know of it. */
export interface RunningSubgraph {
  readonly url: string;
  /** The authorization of a client, as the gateway makes it. */
  clientToken(clientId?: string): Promise<string>;
  /** The authorization of a sister service. */
  serviceToken(service: string): Promise<string>;
  /** POSTs a body to /graphql. */
  post(authorization: string, body: object | string, headers?: Record<string, string>): Promise<Response>;
  /** The lines of the log so far. */
  logged(): Record<string, unknown>[];
  /** The text of /metrics. */
  readMetrics(): Promise<string>;
  readonly metrics: ServiceMetrics;
  close(): Promise<void>;
}

/** Starts a subgraph of this schema. */
export async function startSubgraph(
  parts: Pick<SubgraphOptions<SubgraphContext>, 'typeDefs' | 'resolvers'> & Partial<SubgraphOptions<SubgraphContext>>,
): Promise<RunningSubgraph> {
  const issuers = new Map(['gateway', 'sister'].map((name) => [name, makeKey(name)]));
  const keys = [...issuers.values()].map(({ d: _, ...publicKey }) => publicKey);
  const lines: string[] = [];
  const sink = new Writable({
    write(chunk, _encoding, done) {
      lines.push(String(chunk));
      done();
    },
  });
  const metrics = createServiceMetrics({ mode: 'development', metricsToken: undefined });
  const app = await createSubgraph<SubgraphContext>({
    logger: pino(sink),
    bodyLimitBytes: 1_000_000,
    requestBudgetMs: 10_000,
    ready: async () => {},
    verifyToken: createTokenVerifier({ keys }, 'small'),
    context: (base) => base,
    metrics,
    admission: undefined,
    ...parts,
  });
  const url = await app.listen({ host: '127.0.0.1', port: 0 });
  const issuerOf = (name: string) => createTokenIssuer(issuers.get(name) as PrivateJwk);
  const gateway = issuerOf('gateway');
  return {
    url,
    clientToken: async (clientId = 'client-1') =>
      `Bearer ${await gateway.clientToken({ clientId, scopes: [] }, 'small')}`,
    serviceToken: async (service) => `Bearer ${await issuerOf(service).serviceToken('small')}`,
    post: (authorization, body, headers = {}) =>
      fetch(`${url}/graphql`, {
        method: 'POST',
        headers: { 'content-type': 'application/json', authorization, ...headers },
        body: typeof body === 'string' ? body : JSON.stringify(body),
      }),
    logged: () => lines.map((line) => JSON.parse(line) as Record<string, unknown>),
    readMetrics: async () => (await fetch(`${url}/metrics`)).text(),
    metrics,
    async close() {
      app.server.closeAllConnections();
      await app.close();
    },
  };
}

function makeKey(service: string): PrivateJwk {
  const { privateKey } = generateKeyPairSync('ed25519');
  return { ...privateKey.export({ format: 'jwk' }), kid: `${service}:test` } as PrivateJwk;
}
