import { createHash } from 'node:crypto';
import type { AddressInfo } from 'node:net';
import { createTokenVerifier, type PublicJwks } from '@atrium/service-kit';
import { createServiceMetrics } from '@atrium/service-kit/metrics';
import { createSubgraph } from '@atrium/service-kit/subgraph';
import type { FastifyInstance, FastifyReply } from 'fastify';
import { processRequest, type Upload } from 'graphql-upload-ts';
import { pino } from 'pino';
import { compose } from '../../../supergraph/src/index.ts';

const header = `extend schema @link(url: "https://specs.apollo.dev/federation/v2.11", import: ["@key", "@requiresScopes", "@shareable"])`;

const schemas = {
  profile: `${header}
    type Query { user(id: ID!): User @requiresScopes(scopes: [["profile:read"]]) users: [User!] }
    type User @key(fields: "id") { id: ID! name: String! fault: String }`,
  image: `${header}
    scalar Upload
    type Mutation {
      uploadImage(input: UploadInput!): UploadPayload @requiresScopes(scopes: [["image:write"]])
      "Tells how many names there are."
      tag(names: [String!]!): Int
    }
    input UploadInput { file: Upload alt: String }
    type UploadPayload { sha256: String! sizeBytes: Int! }
    type User @key(fields: "id") { id: ID! avatar: String pictures: [String!] }`,
  messaging: `${header}
    type User @key(fields: "id") { id: ID! messages: [String!] }`,
};

/** The name of one of the test's subgraphs. */
export type SubgraphName = keyof typeof schemas;

/** The supergraph of the test's subgraphs. */
export function composeTestGraph(): string {
  const sources = Object.entries(schemas).map(([name, sdl]) => ({
    name,
    sdl,
    file: `${name}.graphql`,
    routingUrl: 'http://localhost:1/graphql',
  }));
  return compose(sources).supergraphSdl;
}

/** A subgraph that may be told to misbehave. */
export interface TestSubgraph {
  url: string;
  /** Answers instead of the subgraph while it is set. */
  misbehave: ((reply: FastifyReply) => unknown) | undefined;
  /** The headers of the last request. */
  lastHeaders: Record<string, unknown>;
  close(): Promise<void>;
}

/** Starts a real subgraph over HTTP, which checks tokens as the services do. */
export async function startSubgraph(name: SubgraphName, trustedKeys: PublicJwks): Promise<TestSubgraph> {
  const app = await createSubgraph({
    typeDefs: schemas[name],
    resolvers: resolvers[name],
    verifyToken: createTokenVerifier(trustedKeys, name),
    context: (base) => base,
    logger: pino({ level: 'silent' }),
    bodyLimitBytes: 1_000_000,
    metrics: createServiceMetrics({ mode: 'production', metricsToken: undefined }),
    admission: undefined,
    requestBudgetMs: 10_000,
    ready: async () => {},
    routes: (routes) => prepare(routes),
  });
  function prepare(routes: FastifyInstance) {
    routes.addHook('preHandler', async (request, reply) => {
      subgraph.lastHeaders = request.headers;
      if (subgraph.misbehave && request.url === '/graphql') return subgraph.misbehave(reply);
      if (request.headers['content-type']?.startsWith('multipart/')) {
        request.body = await processRequest(request.raw as Parameters<typeof processRequest>[0], reply.raw, {
          maxFileSize: 1e9,
        });
      }
    });
    routes.addContentTypeParser('multipart/form-data', (_request, _payload, done) => done(null));
    routes.get('/images/*', async (request, reply) =>
      reply.header('etag', '"tag"').header('cache-control', 'public').type('image/png').send(`picture ${request.url}`),
    );
    routes.get('/inbox/messages', async (request) => ({ seen: request.headers.authorization?.slice(0, 7) }));
  }
  await app.listen({ host: '127.0.0.1', port: 0 });
  const { port } = app.server.address() as AddressInfo;
  const subgraph: TestSubgraph = {
    url: `http://127.0.0.1:${port}`,
    misbehave: undefined,
    lastHeaders: {},
    async close() {
      app.server.closeAllConnections();
      await app.close();
    },
  };
  return subgraph;
}

const reference = (fields: object) => ({ __resolveReference: ({ id }: { id: string }) => ({ id, ...fields }) });

const resolvers: Record<SubgraphName, object> = {
  profile: {
    Query: {
      user: (_: unknown, { id }: { id: string }) => ({ id, name: 'Asha' }),
      users: () => ['1', '2'].map((id) => ({ id, name: `user ${id}` })),
    },
    User: {
      ...reference({ name: 'Asha' }),
      fault: () => {
        throw new Error('connect ECONNREFUSED 10.20.30.40:5432');
      },
    },
  },
  image: {
    Mutation: {
      tag: (_: unknown, { names }: { names: string[] }) => names.length,
      async uploadImage(_: unknown, { input }: { input: { file: Upload } }) {
        const { createReadStream } = await input.file.promise;
        const hash = createHash('sha256');
        let sizeBytes = 0;
        for await (const chunk of createReadStream() as AsyncIterable<Buffer>) {
          sizeBytes += chunk.length;
          hash.update(chunk);
        }
        return { sha256: hash.digest('hex'), sizeBytes };
      },
    },
    User: reference({ avatar: 'face.png', pictures: [] }),
  },
  messaging: { User: reference({ messages: ['Hello'] }) },
};
