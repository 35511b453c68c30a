import type { FastifyRequest } from 'fastify';

/** Whether a GET to /graphql comes from a person's browser rather than from a GraphQL client. */
export function wantsPage(request: Pick<FastifyRequest, 'method' | 'headers'>): boolean {
  if (request.method !== 'GET' && request.method !== 'HEAD') return false;
  const weights = parseAccept(request.headers.accept ?? '');
  const html = weights.get('text/html') ?? 0;
  const json = Math.max(weights.get('application/json') ?? 0, weights.get('application/graphql-response+json') ?? 0);
  return html > 0 && html >= json;
}

/** The media types of an Accept header (RFC 9110, 12.5.1) with their weights; wildcards count as themselves only. */
function parseAccept(header: string): Map<string, number> {
  const weights = new Map<string, number>();
  for (const range of header.split(',')) {
    const [type = '', ...parameters] = range.split(';').map((part) => part.trim().toLowerCase());
    const weight = parameters.find((parameter) => parameter.startsWith('q='));
    weights.set(type, weight === undefined ? 1 : Number(weight.slice(2)) || 0);
  }
  return weights;
}
