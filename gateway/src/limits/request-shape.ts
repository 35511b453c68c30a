import { PublicError } from '@atrium/service-kit';
import type { FastifyRequest } from 'fastify';

/** Deeper input than this is nobody's, and would overflow the stack of what walks it. */
const maxNesting = 64;

/**
 * Judges a request before Apollo Server sees it, which answers such faults in its own words and, for some, only after
 * the operation has run.
 */
export function checkRequestShape(request: FastifyRequest): void {
  const { body } = request;
  if (Array.isArray(body)) throw bad('Send one operation a request. Batches are not taken.');
  if (!isObject(body)) throw bad('Send a JSON object with a query.');
  const { query, operationName, variables, extensions } = body;
  const persisted = isObject(extensions) && extensions.persistedQuery !== undefined;
  if (query == null ? !persisted : typeof query !== 'string' || query === '') {
    throw bad('Send the document as a text in query.');
  }
  if (operationName != null && typeof operationName !== 'string') throw bad('operationName must be a text.');
  if (variables != null && !isObject(variables)) throw bad('variables must be an object.');
  if (extensions != null && !isObject(extensions)) throw bad('extensions must be an object.');
  if (nestsDeeperThan(body, maxNesting)) throw bad('The input is nested too deeply.');
  // Apollo Server builds an address from it, and throws where it cannot.
  if (!URL.canParse(`http://${request.headers.host ?? ''}/`)) throw bad('The Host header is malformed.');
  // A client that accepts neither form of JSON gets it all the same, as RFC 9110 (12.5.1) allows: better than an
  // error after the operation was run.
  const accept = request.headers.accept ?? '';
  request.headers.accept = accept.includes(responseType) ? responseType : 'application/json';
}

const responseType = 'application/graphql-response+json';

function nestsDeeperThan(value: unknown, depth: number): boolean {
  if (typeof value !== 'object' || value === null) return false;
  if (depth === 0) return true;
  return Object.values(value).some((item) => nestsDeeperThan(item, depth - 1));
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function bad(message: string): PublicError {
  return new PublicError('BAD_REQUEST', message);
}
