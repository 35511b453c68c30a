import { existsSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { dirname, extname } from 'node:path';
import { Supergraph } from '@apollo/federation-internals';
import { readConfiguration } from '../configuration.ts';
import { CompositionFault } from '../faults.ts';
import { supportedFeatures } from '../supported-features.ts';
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

function readComposed(name: string, supergraphSdl: string): Revision {
  try {
    const supergraph = Supergraph.build(supergraphSdl, {
      supportedFeatures: new Set(supportedFeatures),
      validateSupergraph: false,
    });
    const apiSchema = () => supergraph.apiSchema().toGraphQLJSSchema();
    return { name, subgraphs: [], composition: { supergraphSdl, hints: [], apiSchema } };
  } catch (error) {
    const [reason] = (error as Error).message.split('\n');
    throw new UsageFault(`--base ${name} is no composed supergraph: ${reason}`);
  }
}
