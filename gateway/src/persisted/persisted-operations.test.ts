import { createHash } from 'node:crypto';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { PublicError } from '@atrium/service-kit';
import { waitUntil } from '@atrium/service-kit/testing/wait-until';
import { afterAll, afterEach, describe, expect, test } from '@jest/globals';
import { pino } from 'pino';
import { createPersistedOperations, type PersistedOperations } from './persisted-operations.ts';

const folder = mkdtempSync(join(tmpdir(), 'atrium-persisted-'));
afterAll(() => rmSync(folder, { recursive: true }));

const known = 'query Known { user(id: "1") { id } }';
const knownById = 'query ById { user(id: "2") { id } }';
const unknown = 'query Unknown { users { id } }';
const sha256 = (text: string) => createHash('sha256').update(text).digest('hex');
const byHash = (sha256Hash: unknown, version: unknown = 1) => ({ persistedQuery: { version, sha256Hash } });

const operations = [
  { id: sha256(known), name: 'Known', type: 'query', body: known },
  { id: 'by-id', name: 'ById', type: 'query', body: knownById, clientName: 'web' },
];
const manifest = (changes: object = {}) => ({
  format: 'apollo-persisted-query-manifest',
  version: 1,
  operations,
  ...changes,
});

let files = 0;
function write(content: unknown): string {
  const path = join(folder, `${files++}.json`);
  writeFileSync(path, typeof content === 'string' ? content : JSON.stringify(content));
  return path;
}

let opened: PersistedOperations[] = [];
afterEach(() => {
  for (const persisted of opened) persisted.close();
  opened = [];
});

interface Options {
  manifestPath: string;
  onlyKnown: boolean;
  maxBytes: number;
  checkEveryMs: number;
  onTaken: (names: ReadonlySet<string>) => void;
}

function make(options: Partial<Options> = {}): PersistedOperations {
  const { manifestPath: path, onlyKnown = false, maxBytes = 1_000_000, checkEveryMs = 3_600_000, onTaken } = options;
  const manifest = { path, checkEveryMs, logger: pino({ level: 'silent' }), ...(onTaken ? { onTaken } : {}) };
  const persisted = createPersistedOperations({ manifest, onlyKnown, maxBytes });
  opened.push(persisted);
  return persisted;
}

function refusal(run: () => unknown): { code: string; message: string } {
  try {
    run();
  } catch (error) {
    if (error instanceof PublicError) return { code: error.code, message: error.message };
    throw error;
  }
  throw new Error('it was not refused');
}

describe('an operation that a client registers by itself', () => {
  test('is unknown by its hash at first, known after it has passed, and this client’s alone', () => {
    const persisted = make();
    const ask = (clientId: string) => persisted.resolve(undefined, byHash(sha256(unknown)), clientId);
    expect(refusal(() => ask('a'))).toEqual({ code: 'PERSISTED_QUERY_NOT_FOUND', message: 'PersistedQueryNotFound' });

    const resolved = persisted.resolve(unknown, byHash(sha256(unknown)), 'a');
    expect(resolved.text).toBe(unknown);
    // It is not kept before the endpoint says that the operation passed its limits.
    expect(refusal(() => ask('a')).code).toBe('PERSISTED_QUERY_NOT_FOUND');

    resolved.register?.();
    expect(ask('a').text).toBe(unknown);
    expect(refusal(() => ask('b')).code).toBe('PERSISTED_QUERY_NOT_FOUND');
    expect(persisted.resolve(unknown, byHash(sha256(unknown)), 'a').register).toBeUndefined();
  });

  test('must be the one that its hash says', () => {
    const { code, message } = refusal(() => make().resolve(unknown, byHash(sha256(known)), 'a'));
    expect(code).toBe('BAD_REQUEST');
    expect(message).not.toContain(sha256(known));
    expect(refusal(() => make().resolve(unknown, byHash(sha256(unknown).toUpperCase()), 'a')).code).toBe('BAD_REQUEST');
  });

  test.each([2, '1', 0, null])('is not supported in version %p of the protocol', (version) => {
    expect(refusal(() => make().resolve(unknown, byHash(sha256(unknown), version), 'a'))).toEqual({
      code: 'PERSISTED_QUERY_NOT_SUPPORTED',
      message: 'PersistedQueryNotSupported',
    });
  });

  test.each([undefined, null, 7, {}, ['x']])('needs a hash that is a text, not %p', (hash) => {
    expect(refusal(() => make().resolve(unknown, byHash(hash), 'a')).code).toBe('BAD_REQUEST');
  });

  test.each([7, 'x', true])('cannot be asked for by %p', (persistedQuery) => {
    expect(refusal(() => make().resolve(unknown, { persistedQuery }, 'a')).code).toBe('PERSISTED_QUERY_NOT_SUPPORTED');
  });

  test('is not kept where no memory is given for it, and its client is told to send texts', () => {
    const persisted = make({ maxBytes: 0 });
    expect(persisted.resolve(unknown, byHash(sha256(unknown)), 'a')).toEqual({ text: unknown });
    expect(refusal(() => persisted.resolve(undefined, byHash(sha256(unknown)), 'a')).code).toBe(
      'PERSISTED_QUERY_NOT_SUPPORTED',
    );
  });

  test('cannot be displaced by another client, whatever that one registers', () => {
    const persisted = make({ maxBytes: 50_000 });
    const register = (text: string, clientId: string) =>
      persisted.resolve(text, byHash(sha256(text)), clientId).register?.();
    register(unknown, 'careful');
    const long = (i: number) => `{ field${i} } # ${'x'.repeat(200)}`;
    for (let i = 0; i < 500; i++) register(long(i), i < 200 ? 'greedy' : `greedy ${i % 3}`);
    expect(persisted.registeredBytes()).toBeLessThanOrEqual(50_000);
    expect(persisted.registeredBytes()).toBeGreaterThan(25_000);
    expect(persisted.resolve(undefined, byHash(sha256(unknown)), 'careful').text).toBe(unknown);
    // An operation that alone is beyond all memory displaces nothing either.
    register(`{ a } # ${'x'.repeat(60_000)}`, 'careful');
    expect(persisted.resolve(undefined, byHash(sha256(unknown)), 'careful').text).toBe(unknown);
  });

  test('makes room for what the same client registers later', () => {
    const persisted = make({ maxBytes: 5_000 });
    const texts = Array.from({ length: 50 }, (_, i) => `{ field${i} }`);
    for (const text of texts) persisted.resolve(text, byHash(sha256(text)), 'a').register?.();
    const finds =
      (text = '') =>
      () =>
        persisted.resolve(undefined, byHash(sha256(text)), 'a').text;
    expect(finds(texts.at(-1))()).toBe(texts.at(-1));
    expect(refusal(finds(texts[0])).code).toBe('PERSISTED_QUERY_NOT_FOUND');
  });
});

describe('an operation of the manifest', () => {
  test('is known by its id to every client, beside all others', () => {
    const persisted = make({ manifestPath: write(manifest()) });
    expect(persisted.resolve(undefined, byHash(sha256(known)), 'a').text).toBe(known);
    expect(persisted.resolve(undefined, byHash('by-id'), 'b').text).toBe(knownById);
    expect(persisted.resolve(knownById, byHash('by-id'), 'b')).toEqual({ text: knownById });
    expect(persisted.resolve(unknown, undefined, 'a')).toEqual({ text: unknown });
  });

  test('is served where no other is: by id, by hash and by its exact text', () => {
    const persisted = make({ manifestPath: write(manifest()), onlyKnown: true });
    expect(persisted.resolve(undefined, byHash('by-id'), 'a').text).toBe(knownById);
    expect(persisted.resolve(known, undefined, 'a').text).toBe(known);
    expect(persisted.resolve(known, {}, 'a').text).toBe(known);
    const byOwnHash = persisted.resolve(knownById, byHash(sha256(knownById)), 'a');
    byOwnHash.register?.();
    expect(persisted.resolve(undefined, byHash(sha256(knownById)), 'a').text).toBe(knownById);
    for (const ask of [
      () => persisted.resolve(unknown, undefined, 'a'),
      () => persisted.resolve(`${known} `, undefined, 'a'),
      () => persisted.resolve(unknown, byHash(sha256(unknown)), 'a'),
      () => persisted.resolve(undefined, byHash(sha256(unknown)), 'a'),
    ]) {
      expect(refusal(ask).code).toBe('OPERATION_NOT_ALLOWED');
    }
  });

  test('is no longer served when the manifest has lost it, though a client registered it', async () => {
    const manifestPath = write(manifest());
    const persisted = make({ manifestPath, onlyKnown: true });
    persisted.resolve(knownById, byHash(sha256(knownById)), 'a').register?.();
    writeFileSync(manifestPath, JSON.stringify(manifest({ operations: operations.slice(0, 1) })));
    expect(await persisted.reload()).toBe(true);
    expect(refusal(() => persisted.resolve(undefined, byHash(sha256(knownById)), 'a')).code).toBe(
      'OPERATION_NOT_ALLOWED',
    );
  });
});

describe('a manifest', () => {
  test.each<[string, unknown, RegExp]>([
    ['that is no JSON', '{"format":', /no JSON/],
    ['of another format', manifest({ format: 'relay' }), /format/],
    ['of another version', manifest({ version: 2 }), /version/],
    ['without operations', manifest({ operations: undefined }), /operations/],
    ['with an operation without id', manifest({ operations: [{ ...operations[0], id: '' }] }), /operations\.0\.id/],
    ['with an unknown type', manifest({ operations: [{ ...operations[0], type: 'x' }] }), /operations\.0\.type/],
    ['with a body that does not parse', manifest({ operations: [{ ...operations[0], body: '{' }] }), /0\.body/],
    [
      'with one id for two operations',
      manifest({ operations: [operations[0], { ...operations[1], id: operations[0]?.id }] }),
      /operations\.1\.id/,
    ],
  ])('%s is refused at the start, and later the last good one stays', async (_case, broken, where) => {
    expect(() => make({ manifestPath: write(broken) })).toThrow(where);
    const manifestPath = write(manifest());
    const persisted = make({ manifestPath, onlyKnown: true });
    writeFileSync(manifestPath, typeof broken === 'string' ? broken : JSON.stringify(broken));
    expect(await persisted.reload()).toBe(false);
    expect(persisted.resolve(known, undefined, 'a').text).toBe(known);
    writeFileSync(manifestPath, JSON.stringify(manifest()));
    expect(await persisted.reload()).toBe(true);
  });

  test.each<[string, number, () => void]>([
    ['when its file changes', 20, () => {}],
    ['at once at SIGHUP', 3_600_000, () => void process.emit('SIGHUP')],
  ])('is read again %s', async (_case, checkEveryMs, give) => {
    const manifestPath = write(manifest({ operations: [] }));
    const taken: string[][] = [];
    const onTaken = (names: ReadonlySet<string>) => void taken.push([...names]);
    const persisted = make({ manifestPath, onlyKnown: true, checkEveryMs, onTaken });
    writeFileSync(manifestPath, JSON.stringify(manifest()));
    give();
    await waitUntil(() => taken.length === 2);
    expect(taken).toEqual([[], ['Known', 'ById']]);
    expect(persisted.resolve(known, undefined, 'a').text).toBe(known);
  });

  test('that is missing is told in one line', () => {
    expect(() => make({ manifestPath: join(folder, 'missing.json') })).toThrow(/^The manifest .*ENOENT.*$/);
  });

  test('is needed where nothing else is served', () => {
    expect(() => make({ onlyKnown: true })).toThrow(/PERSISTED_QUERIES_PATH/);
  });
});

test('a request without extensions is passed through as it is', () => {
  expect(make().resolve(unknown, undefined, 'a')).toEqual({ text: unknown });
  expect(make().resolve(unknown, null, 'a')).toEqual({ text: unknown });
  expect(refusal(() => make().resolve(undefined, {}, 'a')).code).toBe('BAD_REQUEST');
});
