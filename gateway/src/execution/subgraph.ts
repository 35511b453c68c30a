import {
  createServicePool,
  describeError,
  type InstanceState,
  internalMessage,
  PublicError,
  type ServicePool,
  type ServicePoolOptions,
  type TokenIssuer,
} from '@atrium/service-kit';
import type { Logger } from 'pino';
import type { ApiClient } from '../identity/authenticator.ts';
import { toUploadFault } from '../uploads/upload-fault.ts';
import type { ExecutionContext, Subgraph, SubgraphFetch } from './execution.ts';
import { encodeMultipart } from './multipart.ts';
import { readAnswer, type SubgraphAnswer, SubgraphError } from './subgraph-answer.ts';

/**
 * Whether subgraphs are shown who asks: ours refuse whoever has no token; those of a foreign graph know none, and are
 * not told who the clients are.
 */
export type Trust = { trust: 'signed'; issuer: TokenIssuer } | { trust: 'none' };

/** How a subgraph is called. */
export type SubgraphOptions = Trust & {
  logger: Logger;
  /** The longest that a call may take. */
  timeoutMs: number;
  /** The same for a call that carries files. */
  uploadTimeoutMs: number;
  /** How connections to its instances are kept; see there for what is left out. */
  pool?: Omit<ServicePoolOptions, 'probe'>;
};

/** A subgraph over HTTP. */
export interface RemoteSubgraph extends Subgraph {
  /** The state of each instance, for metrics. */
  states(): InstanceState[];
  close(): Promise<void>;
}

/** The subgraph `name`, whose instances have these GraphQL endpoints, as `http://localhost:4001/graphql`. */
export function openSubgraph(name: string, endpoints: readonly string[], options: SubgraphOptions): RemoteSubgraph {
  return new HttpSubgraph(name, endpoints, options);
}

const accepting = ['accept', 'application/json'];
const sendingJson = ['content-type', 'application/json', ...accepting];

/** The least that every GraphQL server answers. Ours refuse it for want of a token, which tells as much. */
const probe = { path: '', json: '{"query":"{__typename}"}' };

class HttpSubgraph implements RemoteSubgraph {
  readonly #name: string;
  readonly #options: SubgraphOptions;
  readonly #pool: ServicePool;
  // A client's headers are the same for as long as its token is.
  readonly #headers = new WeakMap<ApiClient, { token: string; headers: readonly string[] }>();

  constructor(name: string, endpoints: readonly string[], options: SubgraphOptions) {
    this.#name = name;
    this.#options = options;
    this.#pool = createServicePool(name, endpoints, { ...options.pool, probe });
  }

  async fetch(fetch: SubgraphFetch, context: ExecutionContext): Promise<SubgraphAnswer> {
    try {
      // A token is nearly always at hand, and then nothing is waited for.
      const asked = this.#tokenFor(context.client);
      const token = typeof asked === 'string' ? asked : await asked;
      if (fetch.uploads !== undefined) return await this.#sendFiles(fetch, fetch.uploads, token, context);
      const response = await this.#pool.post({
        path: '',
        headers: this.#jsonHeaders(context.client, token),
        body: fetch.body,
        context: context.request,
        timeoutMs: this.#options.timeoutMs,
        isRead: fetch.isRead,
        signal: fetch.isRead ? context.signal : undefined,
      });
      return readAnswer(this.#name, response, fetch.entityCount);
    } catch (error) {
      // An error here is told in place of the data, so that it costs this fetch's fields and no other's.
      return { data: undefined, errors: [new SubgraphError(this.#toPublic(error, fetch, context), undefined)] };
    }
  }

  states(): InstanceState[] {
    return this.#pool.states();
  }

  close(): Promise<void> {
    return this.#pool.close();
  }

  /** A client's token; empty where none is sent. */
  #tokenFor(client: ApiClient): string | Promise<string> {
    return this.#options.trust === 'signed' ? this.#options.issuer.clientToken(client, this.#name) : '';
  }

  #jsonHeaders(client: ApiClient, token: string): readonly string[] {
    if (token === '') return sendingJson;
    const known = this.#headers.get(client);
    if (known?.token === token) return known.headers;
    const headers = ['authorization', `Bearer ${token}`, ...sendingJson];
    this.#headers.set(client, { token, headers });
    return headers;
  }

  async #sendFiles(
    { body: operations, entityCount }: SubgraphFetch,
    uploads: NonNullable<SubgraphFetch['uploads']>,
    token: string,
    { request, signal }: ExecutionContext,
  ): Promise<SubgraphAnswer> {
    const { contentType, body } = encodeMultipart(operations, uploads);
    const source = new FaultKeeper(body);
    const headers = ['content-type', contentType, ...accepting];
    if (token !== '') headers.push('authorization', `Bearer ${token}`);
    const timeoutMs = this.#options.uploadTimeoutMs;
    try {
      // Without its client there is no more of the file to come, so the change cannot be finished.
      const call = { path: '', headers, body: source, context: request, timeoutMs, isRead: false, signal };
      return readAnswer(this.#name, await this.#pool.post(call), entityCount);
    } catch (error) {
      // A file that was cut off breaks the call; what the client needs to know is why.
      if (source.fault !== undefined) throw toUploadFault(source.fault);
      throw error;
    }
  }

  #toPublic(error: unknown, { isRead, uploads }: SubgraphFetch, { request, signal }: ExecutionContext): PublicError {
    const { requestId } = request;
    const { logger } = this.#options;
    const log = { requestId, subgraph: this.#name };
    if (signal.aborted && (isRead || uploads)) return new PublicError('UNAVAILABLE', 'The client went away.');
    if (error instanceof PublicError) {
      const { code } = error;
      // What is wrong with a client's file is no fault of the subgraph.
      if (code === 'PAYLOAD_TOO_LARGE' || code === 'BAD_REQUEST') return error;
      logger.warn({ ...log, code, cause: describeError(error.cause) }, 'subgraph did not answer');
      return error;
    }
    logger.error({ ...log, error: describeError(error) }, 'subgraph could not be asked');
    return new PublicError('INTERNAL', internalMessage);
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
