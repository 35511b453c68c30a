import { enableCompileCache } from 'node:module';
import { resolve } from 'node:path';

// Before anything else is loaded, so that the cache serves all of it.
enableCompileCache(resolve(import.meta.dirname, '../../node_modules/.cache/node'));
const { runProgram } = await import('./program.ts');
await runProgram(process.argv);
