import { existsSync } from 'node:fs';
import { enableCompileCache } from 'node:module';
import { join } from 'node:path';
import { compileCache } from './compile-cache.ts';
import { repositoryRoot } from './repository.ts';

// Before anything else is loaded, so that the cache serves all of it.
enableCompileCache(compileCache);
// What the shell says outranks the file.
const environmentFile = join(repositoryRoot, '.env');
if (existsSync(environmentFile)) process.loadEnvFile(environmentFile);
const { runCommand } = await import('./cli.ts');
await runCommand();
