import { expect, test } from '@jest/globals';
import fc from 'fast-check';
import { quote, readProperty, toJson } from './json-text.ts';

test('any text is quoted as JSON.stringify does it', () => {
  const texts = fc.oneof(
    fc.string({ unit: 'binary', maxLength: 100 }),
    fc.string({
      unit: fc.constantFrom('"', '\\', '\n', '\u0000', '\ud800', '\udfff', 'é', 'a', '\u2028'),
      maxLength: 90,
    }),
  );
  fc.assert(fc.property(texts, (text) => quote(text) === JSON.stringify(text)));
});

test('any JSON value is written as JSON.stringify does it', () => {
  fc.assert(fc.property(fc.jsonValue(), (value) => toJson(value) === JSON.stringify(value)));
});

test('what objects inherit is no data', () => {
  const read = (name: string, object: object) => new Function('o', `return ${readProperty('o', name)}`)(object);
  for (const name of ['constructor', 'toString', '__proto__', 'hasOwnProperty']) {
    expect(read(name, {})).toBeUndefined();
    expect(read(name, JSON.parse(`{"${name}":1}`))).toBe(1);
  }
});
