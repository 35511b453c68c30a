import type { Stack } from '@atrium/stack';
import type { Question } from './search-mix.ts';

/** How one question was answered. */
export interface Asked {
  kind: string;
  ms: number;
  /** What it cost all processes of the stack, in milliseconds of a core. */
  cpuMs: number;
  found: number;
}

const query = `query ($search: String, $filter: UserFilter, $orderBy: UserOrder) {
  users(first: 20, search: $search, filter: $filter, orderBy: $orderBy) {
    edges { cursor node { id name location country } } pageInfo { hasNextPage endCursor }
  }
}`;

/** Asks the graph as a client does, and measures until the whole answer is there. */
export async function ask(
  { gatewayUrl, apiKey }: Stack,
  { kind, variables }: Question,
  cpuClock: () => number,
): Promise<Asked> {
  const cpuBefore = cpuClock();
  const begun = performance.now();
  const response = await fetch(new URL('/graphql', gatewayUrl), {
    method: 'POST',
    headers: { 'content-type': 'application/json', 'x-api-key': apiKey },
    body: JSON.stringify({ query, variables }),
  });
  const { data, errors } = (await response.json()) as {
    data?: { users: { edges: unknown[] } | null };
    errors?: { extensions: { code: string } }[];
  };
  const ms = performance.now() - begun;
  const cpuMs = cpuClock() - cpuBefore;
  if (!data?.users)
    throw new Error(`${kind}: ${JSON.stringify(variables)} was answered with ${errors?.[0]?.extensions.code}.`);
  return { kind, ms, cpuMs, found: data.users.edges.length };
}
