#!/usr/bin/env -S node --disable-warning=ExperimentalWarning
import { existsSync, readFileSync } from 'node:fs';
import { createInterface } from 'node:readline';
import type { CreateMigrationInput, SchemaEngine } from '@prisma/schema-engine-wasm';
import { withClient } from '../postgres/provision.ts';
import { draftMigration } from './create.ts';
import { withSchemaEngine } from './schema-engine.ts';

// Stands where the `prisma` command expects its downloaded schema engine: the same arguments, and the same JSON-RPC,
// one message a line, on standard input and output.

const args = process.argv.slice(2);

if (args[0] === '--version') console.log('schema-engine-cli wasm');
else if (args.includes('can-connect-to-database')) await withClient(datasourceUrl(), async () => console.log('true'));
else await withSchemaEngine(datasourceUrl(), schemas(), serve);

async function serve(engine: SchemaEngine): Promise<void> {
  for await (const line of createInterface({ input: process.stdin })) {
    if (line.trim() === '') continue;
    const { id, method, params } = JSON.parse(line) as { id: number; method: string; params: unknown };
    try {
      const result = await call(engine, method, params);
      const shown = method === 'diff' ? (result as { stdout: string | null }).stdout : null;
      if (shown) send({ id: 1_000_000, method: 'print', params: { content: shown } });
      send({ id, result: result ?? null });
    } catch (error) {
      const { message, code } = error as { message: string; code?: string };
      send({ id, error: { code: 4466, message, data: { is_panic: false, message, meta: null, error_code: code } } });
    }
  }
}

function call(engine: SchemaEngine, method: string, params: unknown): Promise<unknown> {
  if (method === 'createMigration') return draftMigration(engine, params as CreateMigrationInput);
  return (engine as unknown as Record<string, (params: unknown) => Promise<unknown>>)[method]?.(params) ?? unknown(method);
}

function unknown(method: string): never {
  throw new Error(`the schema engine has no method ${method}`);
}

function send(message: object): void {
  process.stdout.write(`${JSON.stringify({ jsonrpc: '2.0', ...message })}\n`);
}

// `--datasource` is JSON, a file of JSON, or JSON in base64, by command.
function datasourceUrl(): string {
  const given = args[args.indexOf('--datasource') + 1];
  if (!args.includes('--datasource') || given === undefined) return process.env.DATABASE_URL ?? '';
  if (existsSync(given)) return urlIn(readFileSync(given, 'utf8'));
  return urlIn(given.startsWith('{') ? given : Buffer.from(given, 'base64').toString());
}

function urlIn(json: string): string {
  return (JSON.parse(json) as { url: string }).url;
}

function schemas(): [string, string][] {
  const start = args.findIndex((arg) => arg === '--datamodels' || arg === '-d');
  if (start < 0) return [];
  const end = args.findIndex((arg, i) => i > start && arg.startsWith('-'));
  return args.slice(start + 1, end < 0 ? undefined : end).map((path) => [path, readFileSync(path, 'utf8')]);
}
