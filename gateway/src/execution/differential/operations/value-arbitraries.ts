import fc, { type Arbitrary } from 'fast-check';
import {
  type GraphQLInputType,
  GraphQLNonNull,
  getNullableType,
  isEnumType,
  isInputObjectType,
  isListType,
  isNonNullType,
} from 'graphql';
import type { Value } from './model.ts';

const quoted = (json: string): Value => ({ kind: 'leaf', text: JSON.stringify(json), json });
const plain = (json: unknown): Value => ({ kind: 'leaf', text: String(json), json });
const nothing: Value = { kind: 'leaf', text: 'null', json: null };

const scalars: Record<string, readonly Value[]> = {
  Int: [0, 1, -7, 2_147_483_647].map(plain),
  Float: [0, 1.5, -2, 1e21].map(plain),
  Boolean: [true, false].map(plain),
  String: [
    ...['', 'a', 'two words', '"quoted" \\ \n', 'ü🙂', '$v1'].map(quoted),
    { kind: 'leaf', text: '"""a block "string" """', json: 'a block "string" ' },
  ],
  ID: [quoted('1'), quoted('x'), plain(3)],
};

/** Custom scalars take any value; in the document objects are written otherwise than in JSON. */
const anything: readonly Value[] = [
  quoted('2026-11-24T09:30:00.000Z'),
  plain(12),
  plain(true),
  { kind: 'leaf', text: '{ a: [1, null], b: { c: "d" } }', json: { a: [1, null], b: { c: 'd' } } },
];

/** Values for an argument or input field of this type; where it has a default, a nullable variable may stand. */
export function valueArbitrary(type: GraphQLInputType, depth: number, hasDefault: boolean): Arbitrary<Value> {
  const literal = literalOf(type, depth, true);
  return fc.oneof({ weight: 3, arbitrary: literal }, { weight: 2, arbitrary: variableOf(type, hasDefault) });
}

function variableOf(type: GraphQLInputType, hasDefault: boolean): Arbitrary<Value> {
  const nullable = isNonNullType(type) ? (type.ofType as GraphQLInputType) : type;
  const strict = new GraphQLNonNull(nullable as never) as GraphQLInputType;
  const solid = literalOf(strict, 2, false);
  const loose = literalOf(nullable, 2, false);
  const variable = (
    declared: GraphQLInputType,
    defaultValue: Arbitrary<Value | undefined>,
    given: Arbitrary<Value | undefined>,
  ) => fc.record({ kind: fc.constant('variable' as const), type: fc.constant(declared), defaultValue, given });
  const optional = (value: Arbitrary<Value>) => fc.option(value, { nil: undefined });
  const never = fc.constant(undefined);
  return fc.oneof(
    variable(strict, never, solid),
    variable(strict, solid, optional(solid)),
    // Null where a value must be would be refused when it is coerced, which says nothing about execution.
    ...(isNonNullType(type)
      ? [
          variable(nullable, solid, optional(solid)),
          ...(hasDefault ? [variable(nullable, never, optional(solid))] : []),
        ]
      : [variable(nullable, never, optional(loose)), variable(nullable, loose, optional(loose))]),
  );
}

function literalOf(type: GraphQLInputType, depth: number, variables: boolean): Arbitrary<Value> {
  if (!isNonNullType(type)) {
    const solid = solidOf(type, depth, variables);
    return fc.oneof({ weight: 5, arbitrary: solid }, { weight: 1, arbitrary: fc.constant(nothing) });
  }
  return solidOf(type.ofType as GraphQLInputType, depth, variables);
}

function solidOf(type: GraphQLInputType, depth: number, variables: boolean): Arbitrary<Value> {
  const inner = (of: GraphQLInputType, hasDefault: boolean) =>
    variables && depth > 0 ? valueArbitrary(of, depth - 1, hasDefault) : literalOf(of, depth - 1, false);
  if (isListType(type)) {
    const item = inner(type.ofType as GraphQLInputType, false);
    const items = fc.array(item, { maxLength: depth > 0 ? 3 : 1 });
    const list = items.map((found): Value => ({ kind: 'list', items: found }));
    const of = getNullableType(type.ofType as GraphQLInputType);
    if (isListType(of)) return list;
    // A single value stands for a list of one.
    return fc.oneof({ weight: 4, arbitrary: list }, { weight: 1, arbitrary: solidOf(of, 0, false) });
  }
  if (isEnumType(type)) {
    return fc.constantFrom(...type.getValues().map(({ name }): Value => ({ kind: 'leaf', text: name, json: name })));
  }
  if (isInputObjectType(type)) {
    const fields = Object.values(type.getFields());
    const required = (field: (typeof fields)[number]) => isNonNullType(field.type) && field.defaultValue === undefined;
    const wanted = depth > 0 ? fields : fields.filter(required);
    return fc
      .tuple(
        ...wanted.map((field): Arbitrary<[string, Value] | null> => {
          const value = inner(field.type, field.defaultValue !== undefined).map((found): [string, Value] => [
            field.name,
            found,
          ]);
          return required(field) ? value : fc.option(value);
        }),
      )
      .map((found): Value => ({ kind: 'object', fields: found.filter((field) => field !== null) }));
  }
  return fc.constantFrom(...(scalars[(type as { name: string }).name] ?? anything));
}
