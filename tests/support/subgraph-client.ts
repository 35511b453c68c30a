import { type Answer, send } from './graphql-client.ts';
import type { Subgraph } from './schemas.ts';
import type { System } from './system.ts';
import { clientAuthorization, serviceAuthorization } from './tokens.ts';

/** Every scope that a subgraph asks for. */
export const everyScope = [
  ...['profile:read', 'profile:write', 'profile:phone', 'image:read', 'image:write'],
  ...['messaging:read', 'messaging:send', 'messaging:send-any', 'messaging:codes', 'messaging:templates'],
];

/** Speaks to a subgraph as the gateway does, for a client with these scopes. */
export async function asClient<Data>(
  system: System,
  subgraph: Subgraph,
  query: string,
  variables: object = {},
  scopes: string[] = everyScope,
): Promise<Answer<Data>> {
  const headers = await clientAuthorization(system.signingKeys.gateway, subgraph, scopes);
  return send<Data>(`${system.services[subgraph].url}/graphql`, headers, query, variables);
}

/** Speaks to a subgraph as a sister service does. */
export async function asService<Data>(
  system: System,
  sender: Subgraph | 'gateway',
  subgraph: Subgraph,
  query: string,
  variables: object = {},
): Promise<Answer<Data>> {
  const headers = await serviceAuthorization(system.signingKeys[sender], subgraph);
  return send<Data>(`${system.services[subgraph].url}/graphql`, headers, query, variables);
}
