import { randomUUID } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { PrismaPg } from '@prisma/adapter-pg';
import { bindMigrationAwareSqlAdapterFactory, ColumnTypeEnum } from '@prisma/driver-adapter-utils';
import type { SchemaEngine, SchemaFilter } from '@prisma/schema-engine-wasm';
import pg from 'pg';

/** No table and no enum is left to somebody else. */
export const noFilter: SchemaFilter = { externalTables: [], externalEnums: [] };

/**
 * Runs `use` with Prisma's schema engine on a database, in this process: npm's WebAssembly build of what
 * `prisma migrate` downloads. `schemas` are [path, text] of the schema.prisma files, where a command needs them.
 */
export async function withSchemaEngine<T>(
  url: string,
  schemas: [string, string][] | undefined,
  use: (engine: SchemaEngine) => Promise<T>,
): Promise<T> {
  const { SchemaEngine } = await load();
  const open: Adapter[] = [];
  const adapters = bindMigrationAwareSqlAdapterFactory(migrationAdapters(connectionOf(url), open));
  const engine = await SchemaEngine.new({ datamodels: schemas }, () => {}, adapters);
  try {
    return await use(engine);
  } finally {
    engine.free();
    // The engine leaves its connections to the process's end.
    await Promise.all(open.map((adapter) => adapter.underlyingDriver().end()));
  }
}

type Bindings = typeof import('@prisma/schema-engine-wasm') & { __wbg_set_wasm: (exports: unknown) => void };

// TypeScript declares WebAssembly with the browser's library only; this is what is used of it here.
declare const WebAssembly: {
  instantiate: (code: Uint8Array, imports: object) => Promise<{ instance: { exports: { __wbindgen_start: () => void } } }>;
};

let loaded: Promise<Bindings> | undefined;

// The package's own entry imports the .wasm file as a module, which Node does only behind a flag.
function load(): Promise<Bindings> {
  loaded ??= (async () => {
    const glue = '@prisma/schema-engine-wasm/schema_engine_bg';
    const file = createRequire(import.meta.url).resolve(glue).replace(/\.js$/, '.wasm');
    const bindings = (await import(glue)) as Bindings;
    const imports = { './schema_engine_bg.js': { ...bindings, ...patientTimers(bindings) } };
    const { instance } = await WebAssembly.instantiate(readFileSync(file), imports);
    bindings.__wbg_set_wasm(instance.exports);
    instance.exports.__wbindgen_start();
    return bindings;
  })();
  return loaded;
}

// The engine never clears the timer of its ten-second wait for a lock, which would hold up the process's end.
function patientTimers(bindings: object): object {
  const names = Object.keys(bindings).filter((name) => name.startsWith('__wbg_setTimeout_'));
  return Object.fromEntries(names.map((name) => [name, (run: () => void, ms: number) => setTimeout(run, ms).unref()]));
}

type Connection = { host: string; port: number; user: string; password?: string; database: string; ssl?: boolean };

// Split into fields: from a connection string adapter-pg would open its shadow database on the main one.
function connectionOf(url: string): Connection {
  const parsed = new URL(url);
  const sslMode = parsed.searchParams.get('sslmode');
  return {
    host: parsed.hostname,
    port: Number(parsed.port || 5432),
    user: decodeURIComponent(parsed.username),
    database: decodeURIComponent(parsed.pathname.slice(1)),
    ...(parsed.password && { password: decodeURIComponent(parsed.password) }),
    ...(sslMode && sslMode !== 'disable' && { ssl: true }),
  };
}

function migrationAdapters(connection: Connection, open: Adapter[]): PrismaPg {
  const factory = new PrismaPg(connection);
  return {
    provider: factory.provider,
    adapterName: factory.adapterName,
    connect: async () => {
      const adapter = mend(await factory.connect());
      open.push(adapter);
      return adapter;
    },
    // adapter-pg's own drops the shadow database before it has left it.
    connectToShadowDb: async () => {
      const database = `prisma_migrate_shadow_db_${randomUUID()}`;
      const admin = new pg.Client(connection);
      await admin.connect();
      await admin.query(`CREATE DATABASE "${database}"`);
      const adapter = mend(await new PrismaPg({ ...connection, database }).connect());
      const dispose = adapter.dispose.bind(adapter);
      adapter.dispose = async () => {
        await dispose();
        await admin.query(`DROP DATABASE IF EXISTS "${database}" WITH (FORCE)`);
        await admin.end();
      };
      return adapter;
    },
  } as unknown as PrismaPg;
}

type Adapter = Awaited<ReturnType<PrismaPg['connect']>>;
type Internals = {
  performIO: (query: unknown) => Promise<{ fields?: { dataTypeID: number }[] }>;
  onError: (error: unknown) => never;
};

const charOid = 18;
const bpcharOid = 1042;

// Two gaps of adapter-pg 7.10: it does not know the type "char" of the system catalogues, which the engine wants to
// see as a character; and it runs a script split at every semicolon, which tears function bodies apart and loses the
// one transaction of a multi-statement query.
function mend(adapter: Adapter): Adapter {
  const internals = adapter as unknown as Internals;
  const queryRaw = adapter.queryRaw;
  adapter.queryRaw = async (query) => {
    const characters: number[] = [];
    const performIO = async (inner: unknown) => {
      const result = await internals.performIO(inner);
      for (const [i, field] of (result.fields ?? []).entries()) {
        if (field.dataTypeID !== charOid) continue;
        field.dataTypeID = bpcharOid;
        characters.push(i);
      }
      return result;
    };
    const result = await queryRaw.call(Object.create(adapter, { performIO: { value: performIO } }), query);
    for (const column of characters) result.columnTypes[column] = ColumnTypeEnum.Character;
    return result;
  };
  adapter.executeScript = async (script) => {
    await adapter
      .underlyingDriver()
      .query(script)
      .catch((error: unknown) => internals.onError(error));
  };
  return adapter;
}
