import { type GraphQLEnumType, type GraphQLScalarType, isEnumType } from 'graphql';
import { choose } from './hash.ts';

const texts = [
  '',
  'plain',
  'with "quotes" \\ and \n lines',
  'Ünïcödé 🙂',
  '\u2028\u0007',
  'half \ud83d',
  '__proto__',
  'null',
];
const anything = ['text', 42, -1.5, true, false, [], {}, { a: [1, null, { b: 'é' }] }, [[1], [2, null]], 0];

const scalars: Record<string, readonly unknown[]> = {
  Int: [0, 1, -1, 41, 2_147_483_647, -2_147_483_648],
  Float: [0, 1, 1.5, -0.25, 1e21, 1e-7, 123_456.789],
  Boolean: [true, false],
  String: texts,
  ID: ['7', '007', 'a-b', 12],
  DateTime: ['2026-11-24T09:30:00.000Z', '1999-01-01T00:00:00.000Z'],
};

/** The value that a text decides for a leaf; that of an unknown scalar may be any JSON but null. */
export function leafValue(
  type: GraphQLScalarType | GraphQLEnumType,
  text: string,
  allowed?: readonly string[],
): unknown {
  if (isEnumType(type)) return choose(text, allowed ?? type.getValues().map(({ name }) => name));
  const value = choose(text, scalars[type.name] ?? anything);
  return type.name === 'String' && typeof value === 'string' ? `${value}${text.length % 7}` : value;
}
