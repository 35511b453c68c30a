import { enableCompileCache } from 'node:module';
import { compileCache } from './compile-cache.ts';

// Before anything else is loaded, so that the cache serves all of it.
enableCompileCache(compileCache);
const { runCommand } = await import('./cli.ts');
await runCommand();
