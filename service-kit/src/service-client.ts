import { Pool } from 'undici';
import { isErrorCode, PublicError } from './errors.ts';
import { type RequestContext, remainingMs, timedOut, writeContext } from './request-context.ts';
import type { TokenIssuer } from './tokens.ts';

/** A sister service did not answer, or not usably. Work that can wait is put off; a reader is told UNAVAILABLE. */
export class ServiceUnavailable extends PublicError {
  constructor(service: string, cause?: unknown) {
    super('UNAVAILABLE', `The ${service} service cannot be reached. Try again.`, { retryAfterMs: 1_000, cause });
    this.name = 'ServiceUnavailable';
  }

  /** Whether the service is there and refused this very call, so that a smaller or another one may succeed. */
  get refused(): boolean {
    return this.cause instanceof UnusableAnswer;
  }
}

/**
 * An answer without the data that was asked for, such as FORBIDDEN or INTERNAL. Whoever caused the call cannot mend
 * that and is told UNAVAILABLE; the log tells the operator this code, or the HTTP status where there is none.
 */
export class UnusableAnswer extends Error {
  readonly code: string;

  constructor({ status }: ServiceResponse, errors: unknown) {
    super('unusable answer');
    this.name = 'UnusableAnswer';
    const [first] = Array.isArray(errors) ? errors : [];
    const code: unknown = first?.extensions?.code;
    this.code = isErrorCode(code) ? code : `HTTP ${status}`;
  }
}

/** An answer as it arrived. */
export interface ServiceResponse {
  status: number;
  body: Buffer;
}

/** What a call to a sister service needs to say. */
export interface ServiceCall {
  path: string;
  headers: Record<string, string>;
  body: string | Buffer | AsyncIterable<Uint8Array>;
  context: RequestContext;
  /** The longest this call may take; the context's deadline bounds it too. */
  timeoutMs: number;
  /** Gives the call up early, as when nobody waits for its answer any more. */
  signal?: AbortSignal | undefined;
}

/** A kept-alive pool of connections to one service. */
export interface ServicePool {
  /** POSTs and reads the whole answer; rejects with ServiceUnavailable or TIMEOUT, which name no address. */
  post(call: ServiceCall): Promise<ServiceResponse>;
  close(): Promise<void>;
}

/** Opens a pool to the service `name` at `url`. Answers over `maxResponseBytes` count as no answer. */
export function createServicePool(
  name: string,
  url: string,
  options: { connections?: number; maxResponseBytes?: number } = {},
): ServicePool {
  const { connections = 64, maxResponseBytes = 16 * 1024 * 1024 } = options;
  const pool = new Pool(new URL(url).origin, {
    connections,
    pipelining: 1,
    connectTimeout: 2_000,
    headersTimeout: 0,
    bodyTimeout: 0,
    keepAliveTimeout: 30_000,
  });
  return {
    async post({ path, headers, body, context, timeoutMs, signal: givenUp }) {
      const budgetMs = Math.min(timeoutMs, remainingMs(context));
      if (budgetMs <= 0) throw timedOut();
      const timeout = AbortSignal.timeout(Math.ceil(budgetMs));
      try {
        const response = await pool.request({
          method: 'POST',
          path,
          headers: { ...headers, ...writeContext(context, budgetMs) },
          body: body as Buffer,
          signal: givenUp ? AbortSignal.any([timeout, givenUp]) : timeout,
        });
        return { status: response.statusCode, body: await readAtMost(response.body, maxResponseBytes) };
      } catch (error) {
        if (timeout.aborted) throw timedOut();
        throw new ServiceUnavailable(name, error);
      }
    },
    close: () => pool.close(),
  };
}

async function readAtMost(body: AsyncIterable<Buffer> & { destroy(): void }, limit: number): Promise<Buffer> {
  const chunks: Buffer[] = [];
  let size = 0;
  for await (const chunk of body) {
    size += chunk.length;
    if (size > limit) {
      body.destroy();
      throw new Error('answer too large');
    }
    chunks.push(chunk);
  }
  return Buffer.concat(chunks);
}

/** Sends GraphQL operations to one sister service, in this service's own name. */
export interface ServiceClient {
  /** The data of an operation that must succeed as a whole; rejects with ServiceUnavailable or TIMEOUT where it does not. */
  execute<Data>(operation: {
    query: string;
    variables: object;
    context: RequestContext;
    timeoutMs: number;
  }): Promise<Data>;
  /** POSTs CloudEvents to the service's /events; rejects where they were not taken. */
  deliver(events: object[], options: { context: RequestContext; timeoutMs: number }): Promise<void>;
  close(): Promise<void>;
}

/** A client of the sister service `name`; every call carries this service's token. */
export function createServiceClient(name: string, url: string, issuer: TokenIssuer): ServiceClient {
  const pool = createServicePool(name, url);
  const base = new URL(url).pathname.replace(/\/$/, '');

  async function post(path: string, contentType: string, body: object, context: RequestContext, timeoutMs: number) {
    const headers = {
      'content-type': contentType,
      authorization: `Bearer ${await issuer.serviceToken(name)}`,
    };
    return pool.post({ path: base + path, headers, body: JSON.stringify(body), context, timeoutMs });
  }

  return {
    async execute<Data>({ query, variables, context, timeoutMs }: Parameters<ServiceClient['execute']>[0]) {
      const response = await post('/graphql', 'application/json', { query, variables }, context, timeoutMs);
      const answer = parseAnswer<Data>(response);
      if (answer?.data == null || answer.errors) {
        throw new ServiceUnavailable(name, new UnusableAnswer(response, answer?.errors));
      }
      return answer.data;
    },
    async deliver(events, { context, timeoutMs }) {
      const response = await post('/events', 'application/cloudevents-batch+json', events, context, timeoutMs);
      if (response.status >= 300) {
        throw new ServiceUnavailable(name, new UnusableAnswer(response, parseAnswer(response)?.errors));
      }
    },
    close: () => pool.close(),
  };
}

function parseAnswer<Data>(response: ServiceResponse): { data?: Data | null; errors?: unknown } | undefined {
  try {
    return JSON.parse(response.body.toString('utf8'));
  } catch {
    return undefined;
  }
}
