import { buildClientSchema, type GraphQLSchema, getIntrospectionQuery, type IntrospectionQuery } from 'graphql';
import { UsageFault } from '../usage-fault.ts';

/** A service that does not answer within this time is told as such. */
const patienceMs = 10_000;

/** The SDL that a running subgraph serves to whoever has a token for it. */
export async function fetchSubgraphSdl(url: string, authorization: string): Promise<string> {
  const data = await ask<{ _service: { sdl: string } }>(url, { authorization }, '{ _service { sdl } }');
  return data._service.sdl;
}

/** The schema that a running gateway shows to whoever has a key of it. */
export async function fetchPublicSchema(url: string, apiKey: string): Promise<GraphQLSchema> {
  return buildClientSchema(await ask<IntrospectionQuery>(url, { 'x-api-key': apiKey }, getIntrospectionQuery()));
}

async function ask<Data>(url: string, headers: Record<string, string>, query: string): Promise<Data> {
  const response = await fetch(url, {
    method: 'POST',
    headers: { 'content-type': 'application/json', ...headers },
    body: JSON.stringify({ query }),
    signal: AbortSignal.timeout(patienceMs),
  }).catch((error: Error) => {
    const cause = (error.cause as { code?: string } | undefined)?.code ?? error.name;
    throw new UsageFault(`${url} does not answer (${cause}). Is it running, and is this its address?`);
  });
  const { data, errors } = (await response.json().catch(() => ({}))) as { data?: Data; errors?: { message: string }[] };
  if (data && !errors) return data;
  const reason = errors?.[0]?.message ?? 'no GraphQL';
  throw new UsageFault(`${url} answered ${response.status}: ${reason} Drift needs a token or key that it accepts.`);
}
