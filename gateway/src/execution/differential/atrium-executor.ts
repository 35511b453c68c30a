import { getVariableValues } from 'graphql';
import { pino } from 'pino';
import { createEngine } from '../engine.ts';
import type { Answer, AnswerError, Executor, Operation } from './answers.ts';
import type { ComposedGraph } from './composed-graph.ts';
import type { Run } from './graph.ts';
import { inProcessSubgraph, type RunContext } from './in-process-subgraph.ts';

/** What our executor answers. */
export interface AtriumAnswer extends Answer {
  /** Why it ran on @apollo/gateway instead, if it did. */
  fallback: string | undefined;
}

/** Our executor. */
export interface AtriumExecutor extends Executor {
  execute(operation: Operation, run: Run): Promise<AtriumAnswer>;
}

/** Runs operations on our executor over the same subgraphs in this process. */
export function atriumExecutor({ supergraphSdl, subgraphSchemas }: ComposedGraph): AtriumExecutor {
  let fallback: string | undefined;
  const engine = createEngine({
    supergraphSdl,
    subgraph(name) {
      const schema = subgraphSchemas.get(name);
      if (!schema) throw new Error(`no subgraph ${name}`);
      return inProcessSubgraph(name, schema);
    },
    logger: pino({ level: 'silent' }),
    onFallback: (reason) => {
      fallback = reason;
    },
  });
  return {
    async execute({ document, definition: operation, variables }, run) {
      fallback = undefined;
      const visible = { document, operation };
      const compiled = engine.compile({ document, operation, visible, guard: { denies: () => false } });
      if (compiled.fallsBack) fallback ??= 'falls back';
      const values = getVariableValues(engine.schema, operation.variableDefinitions ?? [], variables);
      if (!values.coerced) throw new Error(`The variables do not fit: ${values.errors.join(' ')}`);
      const { body, errorCodes } = await compiled.execute(values.coerced, contextOf(run));
      const { data, errors = [] } = readBody(body);
      const codes = errors.map(({ code }) => code);
      if (codes.join() !== errorCodes.join()) throw new Error(`The codes ${errorCodes} are not those of the body`);
      return { data, errors, fallback };
    },
  };
}

function contextOf(run: Run): RunContext {
  return {
    client: { keyId: 'key', clientId: 'client', scopes: new Set(), requestsPerMinute: null },
    request: { requestId: 'request', traceparent: '', deadline: Number.POSITIVE_INFINITY, clientAddress: undefined },
    signal: new AbortController().signal,
    run,
  };
}

/** Reads a response body, and refuses what no response may be. */
function readBody(body: string | Buffer): { data: unknown; errors?: AnswerError[] } {
  const response = JSON.parse(body.toString()) as { data: unknown; errors?: ResponseError[] };
  const keys = Object.keys(response).join();
  if (keys !== 'data' && keys !== 'errors,data') throw new Error(`A response has the keys ${keys}`);
  if (!response.errors) return { data: response.data };
  if (response.errors.length === 0) throw new Error('A response has no errors and says so');
  const errors = response.errors.map(({ message, path, extensions }) => {
    if (extensions.requestId !== 'request') throw new Error(`An error is without its request id: ${message}`);
    return { message, path, code: extensions.code };
  });
  return { data: response.data, errors };
}

interface ResponseError {
  message: string;
  path?: (string | number)[];
  extensions: { code: string; requestId: string };
}
