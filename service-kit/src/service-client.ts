import { OperationTypeNode } from 'graphql';
import { createOperationKinds } from './operation-kind.ts';
import type { RequestContext } from './request-context.ts';
import type { ServiceResponse } from './service-call.ts';
import { ServiceUnavailable, UnusableAnswer } from './service-errors.ts';
import { createServicePool, type ServicePoolOptions } from './service-pool.ts';
import type { TokenIssuer } from './tokens.ts';

/** Sends GraphQL operations to one sister service, in this service's own name. */
export interface ServiceClient {
  /** The data of an operation that must succeed as a whole; rejects with ServiceUnavailable or TIMEOUT where it does not. */
  execute<Data>(operation: {
    query: string;
    variables: object;
    context: RequestContext;
    timeoutMs: number;
  }): Promise<Data>;
  /** POSTs CloudEvents to the service's /events; rejects where they were not taken. */
  deliver(events: object[], options: { context: RequestContext; timeoutMs: number }): Promise<void>;
  close(): Promise<void>;
}

/** More than the handful of documents that a service has for its sisters. */
const maxRemembered = 100;

/** How a client works; what is left out has a default. */
export interface ServiceClientOptions extends ServicePoolOptions {
  /** Where events go, below the service's address; empty for the address itself. */
  eventsPath?: string;
}

/** A client of the service `name` at one address or several; every call carries this service's token for it. */
export function createServiceClient(
  name: string,
  addresses: string | readonly string[],
  issuer: TokenIssuer,
  { eventsPath = '/events', ...options }: ServiceClientOptions = {},
): ServiceClient {
  const pool = createServicePool(name, addresses, options);
  const kindOf = createOperationKinds(maxRemembered);

  async function post(
    path: string,
    contentType: string,
    content: object,
    call: { context: RequestContext; timeoutMs: number; isRead: boolean },
  ): Promise<ServiceResponse> {
    const authorization = `Bearer ${await issuer.serviceToken(name)}`;
    const headers = ['content-type', contentType, 'accept', 'application/json', 'authorization', authorization];
    return pool.post({ path, headers, body: JSON.stringify(content), ...call });
  }

  return {
    async execute<Data>({ query, variables, context, timeoutMs }: Parameters<ServiceClient['execute']>[0]) {
      const call = { context, timeoutMs, isRead: kindOf(query) === OperationTypeNode.QUERY };
      const response = await post('/graphql', 'application/json', { query, variables }, call);
      const answer = parseAnswer<Data>(response);
      if (answer?.data == null || answer.errors) {
        throw new ServiceUnavailable(name, new UnusableAnswer(response, answer?.errors));
      }
      return answer.data;
    },
    async deliver(events, { context, timeoutMs }) {
      const call = { context, timeoutMs, isRead: false };
      const response = await post(eventsPath, 'application/cloudevents-batch+json', events, call);
      if (response.status >= 300) {
        throw new ServiceUnavailable(name, new UnusableAnswer(response, parseAnswer(response)?.errors));
      }
    },
    close: () => pool.close(),
  };
}

function parseAnswer<Data>(response: ServiceResponse): { data?: Data | null; errors?: unknown } | undefined {
  try {
    return JSON.parse(response.body);
  } catch {
    return undefined;
  }
}
