import {
  type ErrorCode,
  internalMessage,
  isErrorCode,
  PublicError,
  type ServiceResponse,
  ServiceUnavailable,
  UnusableAnswer,
  withoutValues,
} from '@atrium/service-kit';

/** A path in a response. */
export type Path = readonly (string | number)[];

/** An error of a subgraph, or about one, in the form in which it may leave. */
export class SubgraphError extends PublicError {
  /** Where in the subgraph's own answer it belongs; undefined where it is about the whole of it. */
  readonly path: Path | undefined;
  /** For @apollo/gateway, which reads the code from here. */
  readonly extensions: { code: ErrorCode };

  constructor(error: PublicError, path: Path | undefined) {
    super(error.code, error.message, {
      ...(error.retryAfterMs === undefined ? {} : { retryAfterMs: error.retryAfterMs }),
      cause: error.cause,
    });
    this.name = 'SubgraphError';
    this.path = path;
    this.extensions = { code: error.code };
  }
}

/** What a subgraph answered, judged. */
export interface SubgraphAnswer {
  data: Record<string, unknown> | null | undefined;
  errors: SubgraphError[];
  /**
   * Whether its JSON had no backslash in it, so that no string of it needs escaping either: those are written as they
   * are, and nobody looks through each of them again.
   */
  isPlain?: boolean;
}

/** Reads what a subgraph sent; whatever is no GraphQL answer to the question counts as none at all. */
export function readAnswer(
  service: string,
  response: ServiceResponse,
  entityCount: number | undefined,
): SubgraphAnswer {
  const answer = parseObject(response.body);
  const data = answer?.data ?? null;
  const errors = answer?.errors ?? [];
  const isWhole = data === null || (isObject(data) && answersEntities(data, entityCount));
  // A 401 means that the subgraph does not trust this gateway, which is no business of the client.
  if (response.status === 401 || !isWhole || !Array.isArray(errors) || (data === null && errors.length === 0)) {
    throw new ServiceUnavailable(service, new UnusableAnswer(response, errors));
  }
  return { data, errors: errors.map(toSubgraphError), isPlain: !response.body.includes('\\') };
}

function answersEntities(data: Record<string, unknown>, entityCount: number | undefined): boolean {
  if (entityCount === undefined) return true;
  return Array.isArray(data._entities) && data._entities.length === entityCount;
}

function toSubgraphError(error: unknown): SubgraphError {
  const { message, path, extensions } = isObject(error) ? error : {};
  const { code, retryAfterMs } = isObject(extensions) ? extensions : {};
  const place = isPath(path) ? path : undefined;
  if (!isErrorCode(code) || code === 'INTERNAL' || code === 'UNAUTHENTICATED' || typeof message !== 'string') {
    // The subgraph has logged what it was, under the same request id.
    return new SubgraphError(new PublicError('INTERNAL', internalMessage), place);
  }
  const options = typeof retryAfterMs === 'number' ? { retryAfterMs } : {};
  return new SubgraphError(new PublicError(code, withoutValues(message), options), place);
}

function isPath(path: unknown): path is Path {
  return Array.isArray(path) && path.every((key) => typeof key === 'string' || typeof key === 'number');
}

function parseObject(body: string): Record<string, unknown> | undefined {
  try {
    const value: unknown = JSON.parse(body);
    return isObject(value) ? value : undefined;
  } catch {
    return undefined;
  }
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
