import { resolve } from 'node:path';
import type { GraphQLSchema } from 'graphql';
import { composeConfiguration } from './compose.ts';

/** The public schema of a supergraph.yaml, in the form in which graphql-codegen asks a loader for it. */
export default async function loadPublicSchema(yamlFile: string): Promise<GraphQLSchema> {
  return (await composeConfiguration(resolve(yamlFile))).apiSchema();
}
