import type { GraphQLDataSource } from '@apollo/gateway';
import {
  createServicePool,
  describeError,
  internalMessage,
  PublicError,
  type ServicePool,
  type TokenIssuer,
} from '@atrium/service-kit';
import type { Logger } from 'pino';
import { toUploadFault } from '../uploads/upload-fault.ts';
import type { GatewayContext } from './context.ts';
import { fieldsOf } from './error-places.ts';
import { encodeMultipart, findUploads } from './multipart.ts';
import { readAnswer, type SubgraphAnswer, SubgraphError } from './subgraph-answer.ts';

/** How subgraphs are called. */
export interface TransportOptions {
  issuer: TokenIssuer;
  logger: Logger;
  connections: number;
  timeoutMs: number;
  /** The time for a call that carries files. */
  uploadTimeoutMs: number;
}

/** One subgraph, as the planner's fetches reach it. */
export interface SubgraphSource extends GraphQLDataSource<GatewayContext> {
  close(): Promise<void>;
}

/** A fetch of a query plan. */
interface Fetch {
  query: string;
  variables: Record<string, unknown>;
  operationName: string | undefined;
  context: GatewayContext;
  /** A read is given up when its client goes away; a change that was begun is finished. */
  isRead: boolean;
}

/** The subgraph `name`, whose GraphQL endpoint is /graphql below `url`. */
export function createSubgraphSource(name: string, url: string, options: TransportOptions): SubgraphSource {
  const pool = createServicePool(name, url, { connections: options.connections });
  const path = `${new URL(url).pathname.replace(/\/$/, '')}/graphql`;
  return {
    async process(request) {
      if (!('incomingRequestContext' in request)) throw new Error('subgraphs are asked on behalf of requests only');
      const { query = '', variables, operationName } = request.request;
      const fetch: Fetch = {
        query,
        variables: variables ?? {},
        operationName: operationName ?? undefined,
        context: request.context,
        isRead: request.incomingRequestContext.operation?.operation === 'query',
      };
      // An error here is told in place of the data, so that it costs this fetch's fields and no other's.
      const { data, errors } = await ask(name, pool, path, fetch, options).catch((error): SubgraphAnswer => {
        return {
          data: undefined,
          errors: [new SubgraphError(toPublic(error, name, fetch, options.logger), undefined)],
        };
      });
      return {
        ...(data === undefined ? {} : { data }),
        ...(errors.length > 0 ? { errors: place(errors, fetch) } : {}),
      };
    },
    close: () => pool.close(),
  };
}

async function ask(
  name: string,
  pool: ServicePool,
  path: string,
  { query, variables, operationName, context, isRead }: Fetch,
  { issuer, timeoutMs, uploadTimeoutMs }: TransportOptions,
): Promise<SubgraphAnswer> {
  const operation = { query, variables, ...(operationName === undefined ? {} : { operationName }) };
  const uploads = context.hasUploads ? findUploads(variables) : undefined;
  const authorization = `Bearer ${await issuer.clientToken(context.client, name)}`;
  const call = { path, context: context.request };
  const accept = 'application/json';
  const { representations } = variables;
  const entityCount = Array.isArray(representations) ? representations.length : undefined;
  if (!uploads?.size) {
    const headers = { authorization, accept, 'content-type': 'application/json' };
    const signal = isRead ? context.signal : undefined;
    const body = JSON.stringify(operation);
    return readAnswer(name, await pool.post({ ...call, headers, body, timeoutMs, signal }), entityCount);
  }
  const { contentType, body } = encodeMultipart(operation, uploads);
  const headers = { authorization, accept, 'content-type': contentType };
  const source = new FaultKeeper(body);
  const { signal } = context;
  try {
    const response = await pool.post({ ...call, headers, body: source, timeoutMs: uploadTimeoutMs, signal });
    return readAnswer(name, response, entityCount);
  } catch (error) {
    // A file that was cut off breaks the call; what the client needs to know is why.
    if (source.fault !== undefined) throw toUploadFault(source.fault);
    throw error;
  }
}

/** Passes a body on and keeps what it failed with, which the HTTP client does not tell. */
class FaultKeeper implements AsyncIterable<Uint8Array> {
  fault: unknown;
  readonly #body: AsyncIterable<Uint8Array>;

  constructor(body: AsyncIterable<Uint8Array>) {
    this.#body = body;
  }

  async *[Symbol.asyncIterator](): AsyncIterator<Uint8Array> {
    try {
      yield* this.#body;
    } catch (error) {
      this.fault = error;
      throw error;
    }
  }
}

function toPublic(error: unknown, service: string, { context }: Fetch, logger: Logger): PublicError {
  const { requestId } = context.request;
  if (context.signal.aborted) return new PublicError('UNAVAILABLE', 'The client went away.');
  if (error instanceof PublicError) {
    const { code } = error;
    // What is wrong with a client's file is no fault of the subgraph.
    if (code === 'PAYLOAD_TOO_LARGE' || code === 'BAD_REQUEST') return error;
    logger.warn({ requestId, subgraph: service, code, cause: describeError(error.cause) }, 'subgraph did not answer');
    return error;
  }
  logger.error({ requestId, subgraph: service, error: describeError(error) }, 'subgraph could not be asked');
  return new PublicError('INTERNAL', internalMessage);
}

/** Gives errors about the whole fetch the fields that it was to bring. */
function place(errors: SubgraphError[], { query, variables }: Fetch): SubgraphError[] {
  return errors.flatMap((error) => {
    if (error.path) return [error];
    return fieldsOf(query, variables).map((path) => new SubgraphError(error, path));
  });
}
