import type { ApolloServerPlugin } from '@apollo/server';
import { httpStatus, PublicError } from '@atrium/service-kit';
import { GraphQLError } from 'graphql';
import type { GatewayContext } from '../execution/context.ts';
import { introspects } from '../execution/root-fields.ts';

/** Refuses, before anything is planned, operations that cannot run or that this client may not run. */
export function operationPlugin(options: { development: boolean }): ApolloServerPlugin<GatewayContext> {
  return {
    async requestDidStart() {
      return {
        async didResolveOperation({ operation, document, contextValue, request }) {
          const { client, log } = contextValue;
          if (!operation) throw refusal(noOperation(request.operationName));
          if (operation.name) log.operation = operation.name.value.slice(0, 100);
          if (operation.operation === 'subscription') {
            throw refusal(new PublicError('OPERATION_NOT_ALLOWED', 'This graph has no subscriptions. Send a query.'));
          }
          const mayIntrospect = options.development || client.scopes.has('introspection');
          if (!mayIntrospect && introspects(operation, document)) {
            throw refusal(new PublicError('FORBIDDEN', 'Introspection needs the scope introspection.'));
          }
        },
      };
    },
  };
}

function noOperation(operationName: string | undefined | null): PublicError {
  const message = operationName
    ? 'The document has no operation of the name that operationName gives.'
    : 'The document has several operations. Name one in operationName.';
  return new PublicError('BAD_REQUEST', message);
}

/** Apollo Server takes the HTTP status of an error from its extensions. */
function refusal(error: PublicError): GraphQLError {
  const { code } = error;
  return new GraphQLError(error.message, {
    originalError: error,
    extensions: { code, http: { status: httpStatus[code] } },
  });
}
