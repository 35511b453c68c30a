import { buildSubgraphSchema } from '@apollo/subgraph';
import { internalMessage, PublicError } from '@atrium/service-kit';
import { getOperationAST, graphql, parse, validate } from 'graphql';
import { pino } from 'pino';
import { compose } from '../../../supergraph/src/index.ts';
import { createEngine, type EngineOptions } from '../execution/engine.ts';
import type { Engine, ExecutionContext, FieldGuard, Subgraph, SubgraphFetch } from '../execution/execution.ts';
import { type SubgraphAnswer, SubgraphError } from '../execution/subgraph-answer.ts';

/** A subgraph of a test: its schema and what it answers. */
export interface TestService {
  sdl: string;
  // biome-ignore lint/suspicious/noExplicitAny: resolvers of a test are whatever @apollo/subgraph takes.
  resolvers?: any;
  /** While it is set every fetch fails with it, as a subgraph that cannot be reached. */
  down?: PublicError;
}

/** The response to one operation. */
export interface TestResponse {
  // biome-ignore lint/suspicious/noExplicitAny: what a test asked for, it knows.
  data: any;
  errors?: { message: string; path?: (string | number)[]; extensions: Record<string, unknown> }[];
}

/** A supergraph in one process: real subgraph schemas, composed for real, without HTTP between them. */
export interface ExecutedGraph {
  engine: Engine;
  supergraphSdl: string;
  /** The fetches of the last execution, in the order in which they were sent. */
  fetches: { service: string; fetch: SubgraphFetch }[];
  execute(text: string, variables?: Record<string, unknown>, guard?: FieldGuard): Promise<TestResponse>;
}

const header = `extend schema @link(url: "https://specs.apollo.dev/federation/v2.11", import: ["@key", "@requires",
  "@provides", "@external", "@shareable", "@override", "@inaccessible", "@interfaceObject", "@context", "@fromContext",
  "@authenticated"])\n`;

/** The context of a request that belongs to nobody in particular. */
export const testContext: ExecutionContext = {
  client: { keyId: 'key', clientId: 'client', scopes: new Set(), requestsPerMinute: null },
  request: { requestId: 'request', traceparent: '', deadline: Number.POSITIVE_INFINITY, clientAddress: undefined },
  signal: new AbortController().signal,
};

const openGuard: FieldGuard = { denies: () => false };

/** Composes services and makes their supergraph executable. */
export function executeGraph(
  services: Record<string, TestService>,
  options: Partial<Omit<EngineOptions, 'supergraphSdl' | 'subgraph'>> = {},
): ExecutedGraph {
  const sources = Object.entries(services).map(([name, { sdl }]) => ({
    name,
    sdl: header + sdl,
    file: `${name}.graphql`,
    routingUrl: 'http://localhost:1/graphql',
  }));
  const { supergraphSdl } = compose(sources);
  const fetches: ExecutedGraph['fetches'] = [];
  const subgraphs = new Map(
    Object.entries(services).map(([name, service]) => [name, createTestSubgraph(name, service, fetches)]),
  );
  const engine = createEngine({
    logger: pino({ level: 'silent' }),
    onFallback: () => {},
    ...options,
    supergraphSdl,
    subgraph(name) {
      const subgraph = subgraphs.get(name);
      if (!subgraph) throw new Error(`There is no subgraph ${name}.`);
      return subgraph;
    },
  });
  return {
    engine,
    supergraphSdl,
    fetches,
    async execute(text, variables = {}, guard = openGuard) {
      const document = parse(text);
      const faults = validate(engine.schema, document);
      if (faults.length > 0) throw new Error(`The operation of the test is not valid: ${faults.join(' ')}`);
      const operation = getOperationAST(document);
      if (!operation) throw new Error('The operation of the test is not the only one.');
      fetches.length = 0;
      const compiled = engine.compile({ document, operation, visible: { document, operation }, guard });
      const { body } = await compiled.execute(variables, testContext);
      return JSON.parse(body.toString());
    },
  };
}

function createTestSubgraph(
  service: string,
  { sdl, resolvers, ...rest }: TestService,
  fetches: ExecutedGraph['fetches'],
) {
  const schema = buildSubgraphSchema({ typeDefs: parse(header + sdl), resolvers: resolvers ?? {} });
  const subgraph: Subgraph = {
    async fetch(fetch): Promise<SubgraphAnswer> {
      fetches.push({ service, fetch });
      if (rest.down) return { data: undefined, errors: [new SubgraphError(rest.down, undefined)] };
      const { query, variables } = JSON.parse(fetch.body);
      const { data, errors } = await graphql({ schema, source: query, variableValues: variables });
      return {
        data: JSON.parse(JSON.stringify(data ?? null)),
        errors: (errors ?? []).map((error) => new SubgraphError(toPublic(error.originalError), error.path)),
      };
    },
  };
  return subgraph;
}

function toPublic(error: unknown): PublicError {
  return error instanceof PublicError ? error : new PublicError('INTERNAL', internalMessage);
}
