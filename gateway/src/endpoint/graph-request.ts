import { isUtf8 } from 'node:buffer';
import { PublicError } from '@atrium/service-kit';
import secureJson from 'secure-json-parse';

/** A request to the graph: what the body of a POST or the query of a GET says (GraphQL over HTTP, 5). */
export interface GraphRequest {
  query: string | undefined;
  operationName: string | undefined;
  variables: Record<string, unknown>;
  extensions: Record<string, unknown> | undefined;
}

/** Deeper input than this is nobody's, and would overflow the stack of what walks it. */
const maxNesting = 64;

const noVariables: Record<string, unknown> = Object.freeze(Object.create(null));

/** Reads what was sent as a request to the graph; everything that is none is a BAD_REQUEST. */
export function toGraphRequest(body: unknown): GraphRequest {
  if (Array.isArray(body)) throw bad('Send one operation a request. Batches are not taken.');
  if (!isObject(body)) throw bad('Send a JSON object with a query.');
  const { query, operationName, variables, extensions } = body;
  if (extensions != null && !isObject(extensions)) throw bad('extensions must be an object.');
  if (query != null && (typeof query !== 'string' || query === '')) throw bad('Send the document as a text in query.');
  if (query == null && extensions?.persistedQuery == null) throw bad('Send the document as a text in query.');
  if (operationName != null && typeof operationName !== 'string') throw bad('operationName must be a text.');
  if (variables != null && !isObject(variables)) throw bad('variables must be an object.');
  if (nestsDeeperThan(variables, maxNesting) || nestsDeeperThan(extensions, maxNesting)) {
    throw bad('The input is nested too deeply.');
  }
  return {
    query: query ?? undefined,
    operationName: operationName || undefined,
    variables: variables ?? noVariables,
    extensions: extensions ?? undefined,
  };
}

/** Reads a POST's body; its text may hold no key that would reach a prototype. */
export function readJsonBody(body: Buffer): GraphRequest {
  if (!isUtf8(body)) throw bad('Send the body in UTF-8.');
  let value: unknown;
  try {
    value = secureJson.parse(body.toString('utf8'));
  } catch {
    throw bad('The request cannot be read. Send a JSON object with a query.');
  }
  return toGraphRequest(value);
}

/** Reads the query part of a GET's address, whose variables and extensions are JSON texts. */
export function readSearch(search: string): GraphRequest {
  const parameters = new URLSearchParams(search);
  for (const name of ['query', 'operationName', 'variables', 'extensions']) {
    if (parameters.getAll(name).length > 1) throw bad(`Send ${name} once.`);
  }
  return toGraphRequest({
    query: parameters.get('query'),
    operationName: parameters.get('operationName'),
    variables: readJson(parameters.get('variables'), 'variables'),
    extensions: readJson(parameters.get('extensions'), 'extensions'),
  });
}

function readJson(text: string | null, name: string): unknown {
  if (!text) return undefined;
  try {
    return secureJson.parse(text);
  } catch {
    throw bad(`${name} must be JSON.`);
  }
}

function nestsDeeperThan(value: unknown, depth: number): boolean {
  if (typeof value !== 'object' || value === null) return false;
  if (depth === 0) return true;
  for (const key in value) if (nestsDeeperThan((value as Record<string, unknown>)[key], depth - 1)) return true;
  return false;
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function bad(message: string): PublicError {
  return new PublicError('BAD_REQUEST', message);
}
