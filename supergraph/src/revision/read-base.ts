import { existsSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { dirname, extname } from 'node:path';
import { DEFAULT_SUPPORTED_SUPERGRAPH_FEATURES, Supergraph } from '@apollo/federation-internals';
import { readConfiguration } from '../configuration.ts';
import { CompositionFault } from '../faults.ts';
import { UsageFault } from '../usage-fault.ts';
import { type Commit, openCommit } from './git.ts';
import { createRevision, type Revision } from './revision.ts';

/** What a check compares with, and the commit that it comes from, if it does. */
export interface Base {
  revision: Revision;
  commit?: Commit;
}

/**
 * Reads what to compare with: another supergraph.yaml, a composed supergraph.graphql, or a commit of this repository.
 * A composed graph does not say what its subgraphs wrote, so that their directives are then compared as far as
 * composition keeps them: scopes, and what is inaccessible.
 */
export async function readBase(base: string, yamlFile: string): Promise<Base> {
  try {
    if (!existsSync(base)) {
      const commit = await openCommit(base, dirname(yamlFile));
      return { revision: createRevision(base, await readConfiguration(yamlFile, commit.read)), commit };
    }
    if (['.yaml', '.yml'].includes(extname(base))) {
      return { revision: createRevision(base, await readConfiguration(base)) };
    }
    return { revision: readComposed(base, await readFile(base, 'utf8')) };
  } catch (error) {
    if (!(error instanceof CompositionFault)) throw error;
    throw new UsageFault(`The base ${base} does not compose, so nothing can be compared with it:\n${error.message}`);
  }
}

const features = new Set([
  ...DEFAULT_SUPPORTED_SUPERGRAPH_FEATURES,
  'https://specs.apollo.dev/authenticated/v0.1',
  'https://specs.apollo.dev/requiresScopes/v0.1',
  'https://specs.apollo.dev/policy/v0.1',
  'https://specs.apollo.dev/context/v0.1',
  'https://specs.apollo.dev/cost/v0.1',
]);

function readComposed(name: string, supergraphSdl: string): Revision {
  try {
    const supergraph = Supergraph.build(supergraphSdl, { supportedFeatures: features, validateSupergraph: false });
    const apiSchema = () => supergraph.apiSchema().toGraphQLJSSchema();
    return { name, subgraphs: [], composition: { supergraphSdl, hints: [], apiSchema } };
  } catch (error) {
    const [reason] = (error as Error).message.split('\n');
    throw new UsageFault(`--base ${name} is no composed supergraph: ${reason}`);
  }
}
