import type { IncomingMessage } from 'node:http';

/** What is sent by hand or by a front end under development is shorter than this; pictures in base64 included. */
const maxBytes = 16 * 1024 * 1024;

/** A GraphQL request, as it was sent. */
export interface GraphRequest {
  query?: unknown;
  variables?: unknown;
  operationName?: unknown;
}

/** Reads a request from its JSON body or, with GET, from its address; undefined where it is none. */
export async function readRequest(request: IncomingMessage, url: URL): Promise<GraphRequest | undefined> {
  if (request.method === 'GET') {
    const variables = url.searchParams.get('variables');
    return parsed(
      JSON.stringify({
        query: url.searchParams.get('query') ?? undefined,
        operationName: url.searchParams.get('operationName') ?? undefined,
        variables: variables === null ? undefined : parsed(variables),
      }),
    );
  }
  const chunks: Buffer[] = [];
  let size = 0;
  for await (const chunk of request as AsyncIterable<Buffer>) {
    size += chunk.length;
    if (size > maxBytes) return undefined;
    chunks.push(chunk);
  }
  return parsed(Buffer.concat(chunks).toString('utf8'));
}

function parsed(text: string): GraphRequest | undefined {
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === 'object' && value !== null && !Array.isArray(value) ? value : undefined;
  } catch {
    return undefined;
  }
}
