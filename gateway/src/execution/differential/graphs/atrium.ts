import { readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import type { Graph } from '../graph.ts';

const folder = resolve(import.meta.dirname, '../../../../../subgraphs');
const schemaOf = (name: string) => readFileSync(resolve(folder, name, 'schema.graphql'), 'utf8');

/** Atrium's own graph, with made-up data. */
export const atrium: Graph = {
  name: 'Atrium',
  isolated: true,
  entities: { User: ['id'], Image: ['id'], Message: ['id'] },
  // The codes that all three know: each tells its own besides.
  choices: { UserErrorCode: ['REQUIRED', 'TOO_LONG', 'INVALID_FORMAT', 'NOT_FOUND', 'NOT_ALLOWED'] },
  subgraphs: { profile: schemaOf('profile'), image: schemaOf('image'), messaging: schemaOf('messaging') },
};
