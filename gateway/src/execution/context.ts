import type { BaseContext } from '@apollo/server';
import type { RequestContext } from '@atrium/service-kit';
import type { ApiClient } from '../identity/authenticator.ts';

/** What belongs to one request to the graph. */
export interface GatewayContext extends BaseContext {
  readonly client: ApiClient;
  readonly request: RequestContext;
  /** Whether the request is a multipart one, whose variables may hold files. */
  readonly hasUploads: boolean;
  /** Aborted when the client goes away before it was answered. */
  readonly signal: AbortSignal;
  /** The operation's name, once known; for the log. */
  readonly log: { operation?: string };
}
