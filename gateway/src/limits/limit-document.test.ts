import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { readSettings } from '@atrium/service-kit';
import { describe, expect, test } from '@jest/globals';
import { type DocumentNode, getIntrospectionQuery, parse } from 'graphql';
import { limitDocument } from './limit-document.ts';
import { limitSettings } from './settings.ts';
import { limitText } from './text.ts';
import { parseDocument } from './tokens.ts';

const defaults = readSettings(limitSettings, {});
const tight = readSettings(limitSettings, {
  DOCUMENT_MAX_DEPTH: '3',
  DOCUMENT_MAX_ALIASES: '4',
  DOCUMENT_MAX_ROOT_FIELDS: '5',
  DOCUMENT_MAX_DIRECTIVES: '6',
  DOCUMENT_MAX_SELECTIONS: '50',
  DOCUMENT_MAX_REPETITIONS: '100',
  DOCUMENT_ONCE_FIELDS: 'guess',
});

function met(text: string | DocumentNode, settings = tight): string | undefined {
  return limitDocument(typeof text === 'string' ? parse(text) : text, settings)?.limit;
}

const nested = (depth: number, inner = 'b') => `${'{ a '.repeat(depth)} { ${inner} } ${'}'.repeat(depth)}`;
const doubling = (times: number, inner = 'b') =>
  `{ ...F0 } ${Array.from({ length: times }, (_, i) => `fragment F${i} on Query { ...F${i + 1} ...F${i + 1} }`).join(' ')}
   fragment F${times} on Query { ${inner} }`;

describe('a document within its limits passes', () => {
  test.each([
    ['of the greatest depth', '{ a { a { b } } }'],
    ['with pages, which nest for free', '{ a { edges { node { a { edges { node { b } } } } } } }'],
    ['with a page behind a fragment', '{ a { edges { ...E } } } fragment E on E { node { a { b } } }'],
    ['with the most aliases', '{ w: b x: b y: b z: b }'],
    ['with the most directives', `{ a { ${'b @skip(if: true) '.repeat(5)} a @include(if: true) { b } } }`],
    ['that guesses once', 'mutation { guess(code: 1) { b } }'],
    ['of several operations that guess once each', 'mutation A { guess { b } } mutation B { guess { b } }'],
    ['whose fragment is used in several places', '{ a { ...F } c: a { ...F } } fragment F on Query { a { b } }'],
  ])('%s', (_what, text) => {
    expect(met(text)).toBeUndefined();
  });

  test('with one field under several names, which nothing need be compared with', () => {
    const text = `{ a { ${Array.from({ length: 15 }, (_, i) => `a${i}: b`).join(' ')} } }`;
    expect(met(text, { ...defaults, documentMaxRepetitions: 100 })).toBeUndefined();
  });

  test('the standard introspection, however deep and long', () => {
    const options = { specifiedByUrl: true, directiveIsRepeatable: true, schemaDescription: true, oneOf: true };
    expect(met(getIntrospectionQuery({ ...options, inputValueDeprecation: true }), defaults)).toBeUndefined();
    expect(met(getIntrospectionQuery({ ...options, inputValueDeprecation: true }))).toBeUndefined();
  });

  const folder = join(import.meta.dirname, '../../../operations');
  test.each(readdirSync(folder).filter((file) => file.endsWith('.graphql')))('operations/%s', (file) => {
    const text = readFileSync(join(folder, file), 'utf8');
    expect(limitText(text, defaults)).toBeUndefined();
    expect(met(parseDocument(text, defaults), defaults)).toBeUndefined();
  });
});

describe('a document past a limit is refused', () => {
  test.each([
    ['depth', nested(4)],
    ['depth', '{ a { ...F } } fragment F on Query { ... { a { a { b } } } }'],
    ['depth', '{ a { edges { ...E } } a { ...E } } fragment E on E { node { a { b } } }'],
    ['depth', '{ a { node { node { edges { b } } } } }'],
    ['depth', nested(10).replaceAll('a', 'edges')],
    ['aliases', '{ v: b w: b x: b y: b z: b }'],
    ['aliases', '{ a { ...F } ...F } fragment F on Query { x: b y: b z: b }'],
    ['root-fields', '{ b a { b } c d e f }'],
    ['root-fields', '{ ...F ... { d e f } } fragment F on Query { a b c }'],
    ['root-fields', `{ ${'b '.repeat(6)} }`],
    ['directives', `{ b ${'@x '.repeat(7)} }`],
    ['directives', `query @a @b { a @c { b @d ... @e { b } } } fragment F on Query @f { b @g }`],
    ['directives', `query ($a: Int @a @b @c @d @e @f @g) { b }`],
    ['selections', `{ a { ${'... { b } '.repeat(26)} } }`],
    ['selections', doubling(5)],
    ['selections', doubling(60)],
    ['selections', `{ b } ${doubling(60).replace('{ ...F0 }', '')}`],
    [
      'selections',
      `{ ...F } fragment F on Query { ${'...G '.repeat(400)} } fragment F on Query { b } fragment G on Query { b c d }`,
    ],
    ['once', 'mutation { guess(code: 1) { b } x: guess(code: 2) { b } }'],
    ['once', 'mutation { ...F ... on M { guess { b } } } fragment F on M { guess { b } }'],
    ['once', 'mutation { ...F ...F } fragment F on M { guess { b } }'],
    ['repetitions', `{ a { ${'b '.repeat(16)} } }`],
    ['repetitions', `{ a { ${'a { b } '.repeat(11)} } }`],
    ['repetitions', `{ a { ${'...F '.repeat(16)} } } fragment F on Query { b }`],
    ['fragments', '{ ...A } fragment A on Query { ...B } fragment B on Query { a { ...A } }'],
    ['fragments', '{ b } fragment A on Query { ...A }'],
    ['subscription', 'subscription { b }'],
    ['subscription', 'query A { b } subscription B { b }'],
    ['introspection', `{ __schema ${nested(20)} }`],
    ['introspection', `{ ${'__schema { queryType { name } } '.repeat(6)} }`],
    ['introspection', `{ a { __schema { ...F0 } } } ${doubling(60).replace('{ ...F0 }', '')}`],
    ['introspection', `{ __schema { types { ${'name '.repeat(1_000)} } } }`],
  ])('%s: %s', (limit, text) => {
    const refused = limitDocument(parse(text), tight);
    expect(refused?.limit).toBe(limit);
    expect(refused?.message).not.toMatch(/\d/);
    expect(refused?.code).toBe(codes[limit] ?? 'QUERY_TOO_COMPLEX');
  });
  const codes: Record<string, string> = {
    subscription: 'OPERATION_NOT_ALLOWED',
    fragments: 'GRAPHQL_VALIDATION_FAILED',
  };

  test('text: judged in bytes', () => {
    expect(limitText('x'.repeat(32_768), defaults)).toBeUndefined();
    expect(limitText('x'.repeat(32_769), defaults)?.limit).toBe('text');
    expect(limitText('é'.repeat(16_385), defaults)?.limit).toBe('text');
  });

  test('tokens', () => {
    expect(() => parseDocument(`{ ${'b '.repeat(998)} }`, defaults)).not.toThrow();
    expect(() => parseDocument(`{ ${'b '.repeat(1_000)} }`, defaults)).toThrow(
      expect.objectContaining({ code: 'QUERY_TOO_COMPLEX', limit: 'tokens' }),
    );
  });
});

test('a document of 1 KB whose fragments double is judged in no time that a person would notice', () => {
  const bomb = parse(doubling(18, 'b b'));
  const start = process.cpuUsage();
  expect(met(bomb, defaults)).toBe('selections');
  expect(process.cpuUsage(start).user / 1_000).toBeLessThan(50);
});

test('a syntax error tells its place and repeats no value', () => {
  for (const text of [
    '{ user(id: 1 "secret") }',
    '{ a """secret""" }',
    '{ a(b: 4711.5 4711) { "4711" } }',
    '{ a(b: "\\usecr") }',
  ]) {
    let told = '';
    try {
      parseDocument(text, defaults);
    } catch (error) {
      told = `${(error as Error).message} ${JSON.stringify((error as { locations?: unknown }).locations)}`;
    }
    expect(told).toMatch(/^Syntax Error: .*"line":1/);
    expect(told).not.toMatch(/secr|4711/);
  }
});
