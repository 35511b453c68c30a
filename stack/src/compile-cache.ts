import { join } from 'node:path';
import { repositoryRoot } from './repository.ts';

/** Where Node keeps the code that it compiled: it spares each process a third of the work of its start. */
export const compileCache = join(repositoryRoot, 'node_modules', '.cache', 'node');
