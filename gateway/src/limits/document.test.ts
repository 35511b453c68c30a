import { describe, expect, test } from '@jest/globals';
import { buildSchema, parse, validate } from 'graphql';
import { limitDocument } from './document.ts';

const schema = buildSchema('type Query { a: Query b: Int }');
const faults = (document: string) =>
  validate(schema, parse(document), [limitDocument({ maxDepth: 3, maxAliases: 4 })]).map(
    ({ originalError }) => originalError,
  );

describe('an operation', () => {
  test('within the limits passes', () => {
    expect(faults('{ a { a { b } } x: b y: b }')).toEqual([]);
  });

  test('that nests too deeply is refused, through fragments as well', () => {
    const refused = [
      expect.objectContaining({ code: 'QUERY_TOO_COMPLEX', message: expect.stringContaining('3 levels') }),
    ];
    expect(faults('{ a { a { a { b } } } }')).toEqual(refused);
    expect(faults('{ a { ...F } } fragment F on Query { ... { a { a { b } } } }')).toEqual(refused);
  });

  test('that repeats itself by aliases is refused, counting a fragment each time', () => {
    const refused = [
      expect.objectContaining({ code: 'QUERY_TOO_COMPLEX', message: expect.stringContaining('aliases') }),
    ];
    expect(faults('{ a1: b a2: b a3: b a4: b a5: b }')).toEqual(refused);
    expect(faults('{ a { ...F } x: a { ...F } } fragment F on Query { p: b q: b }')).toEqual(refused);
  });

  test('whose fragments double many times, or run in circles, is judged at once', () => {
    const doubling = Array.from(
      { length: 40 },
      (_, i) => `fragment F${i} on Query { ...F${i + 1} ...F${i + 1} x${i}: b }`,
    );
    const start = performance.now();
    expect(faults(`{ ...F0 } ${doubling.join(' ')} fragment F40 on Query { b }`)).toHaveLength(1);
    expect(faults('{ ...A } fragment A on Query { ...B } fragment B on Query { ...A }')).toEqual([]);
    expect(performance.now() - start).toBeLessThan(500);
  });
});
