import { diff } from '@graphql-inspector/core';
import type { GraphQLSchema } from 'graphql';
import type { Finding } from '../findings/finding.ts';

/** Where the schema that a gateway shows is not the one that the committed schemas compose to. */
export async function compareGateway(committed: GraphQLSchema, served: GraphQLSchema): Promise<Finding[]> {
  const changes = await diff(committed, served);
  // Introspection shows no directives of the schema but that something is deprecated.
  const shown = changes.filter(({ type }) => !type.startsWith('DIRECTIVE_'));
  return shown.map(({ message, path, type }) => ({
    rule: 'drift',
    severity: type.includes('DESCRIPTION') ? 'warning' : 'error',
    subject: path,
    message: `The gateway differs from what is committed: ${message}`,
    remedy: 'Publish the supergraph of the committed schemas: `supergraph compose`, then hand it to the gateway.',
  }));
}
