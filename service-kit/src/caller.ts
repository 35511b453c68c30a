/** Who is behind a request, proved by a token: a client of the public graph, or a sister service. */
export type Caller = ClientCaller | ServiceCaller;

/** A client that the gateway knows by an API key. */
export interface ClientCaller {
  readonly kind: 'client';
  readonly clientId: string;
  readonly scopes: ReadonlySet<string>;
}

/** A sister service that speaks for itself. */
export interface ServiceCaller {
  readonly kind: 'service';
  readonly service: string;
}

/** Whether the caller is a client with this scope. A service has no scopes: it asks through its own operations. */
export function hasScope(caller: Caller, scope: string): boolean {
  return caller.kind === 'client' && caller.scopes.has(scope);
}
