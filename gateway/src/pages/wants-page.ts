import type { FastifyRequest } from 'fastify';
import { parseAccept } from '../endpoint/accept.ts';

/** Whether a GET to /graphql comes from a person's browser rather than from a GraphQL client. */
export function wantsPage(request: Pick<FastifyRequest, 'method' | 'headers'>): boolean {
  if (request.method !== 'GET' && request.method !== 'HEAD') return false;
  const weights = parseAccept(request.headers.accept ?? '');
  const html = weights.get('text/html') ?? 0;
  const json = Math.max(weights.get('application/json') ?? 0, weights.get('application/graphql-response+json') ?? 0);
  return html > 0 && html >= json;
}
