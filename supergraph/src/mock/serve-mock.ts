import { once } from 'node:events';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { GraphQLSchema } from 'graphql';
import { UsageFault } from '../usage-fault.ts';
import type { Operation } from '../use/operation.ts';
import { answerRequest } from './answer-request.ts';
import { MockGraph } from './mock-graph.ts';
import { graphiqlPage } from './page.ts';
import { readRequest } from './read-body.ts';

/** What a mocked graph is served from, and where. */
export interface MockOptions {
  schema: GraphQLSchema;
  /** Tabs of the page. */
  operations: readonly Operation[];
  host: string;
  port: number;
}

/** A mocked graph that is served. */
export interface ServedMock {
  url: string;
  /** Serves another schema from now on. */
  replace(schema: GraphQLSchema): void;
  close(): Promise<void>;
}

/** Serves a mocked graph: POST and GET /graphql for every origin and any key, and GraphiQL at /. */
export async function serveMock({ schema, operations, host, port }: MockOptions): Promise<ServedMock> {
  let graph = new MockGraph(schema);
  let page: Promise<string> | undefined;

  async function handle(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const url = new URL(request.url ?? '/', 'http://mock');
    response.setHeaders(openToAll);
    if (request.method === 'OPTIONS') return void response.writeHead(204).end();
    if (url.pathname === '/' || url.pathname === '/graphiql') {
      page ??= graphiqlPage(operations);
      return void response.setHeader('content-type', 'text/html; charset=utf-8').end(await page);
    }
    if (url.pathname !== '/graphql') return void response.writeHead(404).end('Only / and /graphql answer here.\n');
    const { status, body } = await answerRequest(graph, await readRequest(request, url));
    response.writeHead(status, { 'content-type': 'application/json; charset=utf-8' }).end(JSON.stringify(body));
  }

  const server = createServer((request, response) => {
    handle(request, response).catch((error: Error) => {
      process.stderr.write(`${error.stack}\n`);
      response.writeHead(500).end();
    });
  });
  return {
    url: await listen(server, host, port),
    replace(next) {
      graph = new MockGraph(next);
    },
    async close() {
      server.close();
      server.closeAllConnections();
      await once(server, 'close');
    },
  };
}

/** The data is made up, so any page may read it; a front end under development stands at an origin of its own. */
const openToAll = new Headers({
  'access-control-allow-origin': '*',
  'access-control-allow-methods': 'GET, POST, OPTIONS',
  'access-control-allow-headers': '*',
  'access-control-max-age': '600',
});

async function listen(server: Server, host: string, port: number): Promise<string> {
  server.listen(port, host);
  try {
    await once(server, 'listening');
  } catch (error) {
    if ((error as { code?: string }).code !== 'EADDRINUSE') throw error;
    throw new UsageFault(`Port ${port} of ${host} is taken. Choose another one by --port.`);
  }
  const address = server.address();
  const taken = typeof address === 'object' && address ? address.port : port;
  return `http://${host === '127.0.0.1' ? 'localhost' : host}:${taken}`;
}
