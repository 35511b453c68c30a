import { buildSubgraphSchema } from '@apollo/subgraph';
import { internalMessage, PublicError } from '@atrium/service-kit';
import { getOperationAST, getVariableValues, graphql, parse, validate } from 'graphql';
import { pino } from 'pino';
import { compose } from '../../../supergraph/src/index.ts';
import { createEngine, type EngineOptions } from '../execution/engine.ts';
import type {
  CompiledOperation,
  Engine,
  ExecutionContext,
  FieldGuard,
  Subgraph,
  SubgraphFetch,
} from '../execution/execution.ts';
import { type SubgraphAnswer, SubgraphError } from '../execution/subgraph-answer.ts';

/** A subgraph of a test: its schema and what it answers. */
export interface TestService {
  sdl: string;
  // biome-ignore lint/suspicious/noExplicitAny: resolvers of a test are whatever @apollo/subgraph takes.
  resolvers?: any;
  /** Answers instead of the resolvers, as a subgraph that breaks its own schema. */
  answer?(query: string, variables: Record<string, unknown>): { data: unknown; errors?: SubgraphError[] };
  /** While it is set every fetch fails with it, as a subgraph that cannot be reached. */
  down?: PublicError | undefined;
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
  compile(text: string, guard?: FieldGuard): CompiledOperation;
  /** The same as it is sent. */
  executeToText(text: string, variables?: Record<string, unknown>, guard?: FieldGuard): Promise<string>;
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
  const read = (text: string) => {
    const document = parse(text);
    const faults = validate(engine.schema, document);
    const operation = getOperationAST(document);
    if (faults.length > 0 || !operation) throw new Error(`The operation of the test is not valid: ${faults.join(' ')}`);
    return { document, operation };
  };
  const compile: ExecutedGraph['compile'] = (text, guard = openGuard) => {
    const visible = read(text);
    return engine.compile({ ...visible, visible, guard });
  };
  const executeToText: ExecutedGraph['executeToText'] = async (text, given = {}, guard = openGuard) => {
    const { variableDefinitions = [] } = read(text).operation;
    const { coerced, errors } = getVariableValues(engine.schema, variableDefinitions, given);
    if (errors) throw new Error(`The variables of the test are not valid: ${errors.join(' ')}`);
    fetches.length = 0;
    const { body } = await compile(text, guard).execute(coerced, testContext);
    return body.toString();
  };
  return {
    engine,
    supergraphSdl,
    fetches,
    compile,
    executeToText,
    execute: async (...given) => JSON.parse(await executeToText(...given)),
  };
}

function createTestSubgraph(name: string, service: TestService, fetches: ExecutedGraph['fetches']): Subgraph {
  const { sdl, resolvers = {} } = service;
  const schema = buildSubgraphSchema({ typeDefs: parse(header + sdl), resolvers });
  return {
    async fetch(fetch): Promise<SubgraphAnswer> {
      fetches.push({ service: name, fetch });
      if (service.down) return { data: undefined, errors: [new SubgraphError(service.down, undefined)] };
      const { query, variables } = JSON.parse(fetch.body);
      if (service.answer) {
        const { data, errors = [] } = service.answer(query, variables);
        return inJson(data, errors);
      }
      const { data, errors = [] } = await graphql({ schema, source: query, variableValues: variables });
      return inJson(
        data,
        errors.map((error) => new SubgraphError(toPublic(error.originalError), error.path)),
      );
    },
  };
}

function inJson(data: unknown, errors: SubgraphError[]): SubgraphAnswer {
  const text = JSON.stringify(data ?? null);
  return { data: JSON.parse(text), errors, isPlain: !text.includes('\\') };
}

function toPublic(error: unknown): PublicError {
  return error instanceof PublicError ? error : new PublicError('INTERNAL', internalMessage);
}
