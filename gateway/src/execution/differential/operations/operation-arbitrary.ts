import fc, { type Arbitrary } from 'fast-check';
import {
  doTypesOverlap,
  type GraphQLArgument,
  type GraphQLCompositeType,
  type GraphQLField,
  type GraphQLSchema,
  getNamedType,
  isCompositeType,
  isRequiredArgument,
  isUnionType,
} from 'graphql';
import type { Condition, OperationModel, Selection, Value } from './model.ts';
import { valueArbitrary } from './value-arbitraries.ts';

const depth = 3;
const switchCount = 3;

/**
 * Random operations over a public schema. Few have aliases that are reserved names: those of the fields that a planner
 * adds, which a client's alias may hide from it (see known-departures.ts).
 */
export function operationArbitrary(schema: GraphQLSchema, reserved: ReadonlySet<string>): Arbitrary<OperationModel> {
  const selectionsOf = selectionsArbitrary(schema, reserved);
  const fragmentTypes = Object.values(schema.getTypeMap()).filter(
    (type): type is GraphQLCompositeType => isCompositeType(type) && !type.name.startsWith('__'),
  );
  const fragment = fc.oneof(
    ...fragmentTypes.map((type) => fc.record({ on: fc.constant(type.name), selections: selectionsOf(type, 2) })),
  );
  const common = {
    fragments: fc.array(fragment, { maxLength: 4 }),
    switches: fc.array(fc.record({ value: fc.boolean(), byDefault: fc.boolean() }), {
      minLength: switchCount,
      maxLength: switchCount,
    }),
  };
  const query = schema.getQueryType();
  const mutation = schema.getMutationType();
  if (!query) throw new Error('a schema without queries');
  const queries = fc.record({
    operation: fc.constant('query' as const),
    selections: fc
      .tuple(selectionsOf(query, depth), fc.option(introspection(schema), { freq: 12 }))
      .map(([selections, extra]) => (extra ? [...selections, extra] : selections)),
    ...common,
  });
  if (!mutation) return queries;
  const mutations = fc.record({
    operation: fc.constant('mutation' as const),
    selections: selectionsOf(mutation, depth),
    ...common,
  });
  return fc.oneof({ weight: 3, arbitrary: queries }, { weight: 1, arbitrary: mutations });
}

function introspection(schema: GraphQLSchema): Arbitrary<Selection> {
  const names = Object.keys(schema.getTypeMap()).filter((name) => !name.startsWith('__'));
  return fc
    .constantFrom(
      '__schema { queryType { name kind } types { name } }',
      'meta: __schema { __typename mutationType { name } directives { name } }',
      ...names.map(
        (name) => `__type(name: "${name}") { kind name fields { name type { kind name } } possibleTypes { name } }`,
      ),
    )
    .map((text) => ({ kind: 'introspection', text }));
}

function selectionsArbitrary(schema: GraphQLSchema, reserved: ReadonlySet<string>) {
  const made = new Map<string, Arbitrary<Selection[]>>();
  const composites = Object.values(schema.getTypeMap()).filter(isCompositeType);
  const overlapping = (type: GraphQLCompositeType) =>
    composites.filter((other) => !other.name.startsWith('__') && doTypesOverlap(schema, type, other));

  /** Shared by all places of one type and depth, so that a graph whose types refer to each other stays small. */
  function selectionsOf(type: GraphQLCompositeType, left: number): Arbitrary<Selection[]> {
    const key = `${type.name} ${left}`;
    const known = made.get(key);
    if (known) return known;
    const selection = fc.oneof(
      ...fieldsOf(type, left),
      { weight: 2, arbitrary: fc.constant(field('__typename')) },
      ...(left > 0 ? [{ weight: isUnionType(type) ? 12 : 5, arbitrary: inlineOf(type, left) }] : []),
      ...(left > 0 ? [{ weight: 3, arbitrary: spread }] : []),
    );
    const selections = fc.array(selection, { minLength: 1, maxLength: left > 1 ? 4 : 3, size: 'max' });
    made.set(key, selections);
    return selections;
  }

  function fieldsOf(type: GraphQLCompositeType, left: number) {
    if (isUnionType(type)) return [];
    const fields = Object.values(type.getFields());
    const names = fields.map(({ name }) => name);
    const harmless = ['a', 'b', 'c', ...names.filter((name) => !reserved.has(name))];
    const aliases = fc.oneof(
      { weight: 24, arbitrary: fc.constant(undefined) },
      { weight: 8, arbitrary: fc.constantFrom(...harmless) },
      { weight: 1, arbitrary: fc.constantFrom(...names) },
    );
    return fields.flatMap((definition) => {
      const of = getNamedType(definition.type);
      const isComposite = isCompositeType(of);
      if (isComposite && left === 0) return [];
      const selections = isComposite ? selectionsOf(of, left - 1) : fc.constant(undefined);
      return [{ weight: isComposite ? 5 : 3, arbitrary: fieldOf(definition, aliases, selections) }];
    });
  }

  function inlineOf(type: GraphQLCompositeType, left: number): Arbitrary<Selection> {
    const inline = (of: GraphQLCompositeType, on: string | undefined) =>
      fc.record({
        kind: fc.constant('inline' as const),
        on: fc.constant(on),
        conditions,
        selections: selectionsOf(of, left - 1),
      });
    return fc.oneof(inline(type, undefined), ...overlapping(type).map((of) => inline(of, of.name)));
  }

  return selectionsOf;
}

const condition: Arbitrary<Condition> = fc.record({
  directive: fc.constantFrom('skip' as const, 'include' as const),
  by: fc.oneof(
    fc.boolean(),
    fc.nat({ max: switchCount - 1 }).map((variable) => ({ variable })),
  ),
});

const conditions: Arbitrary<Condition[]> = fc.oneof(
  { weight: 6, arbitrary: fc.constant<Condition[]>([]) },
  { weight: 1, arbitrary: condition.map((one) => [one]) },
  {
    weight: 1,
    arbitrary: fc.tuple(condition, condition).map(([one, other]) => [
      { ...one, directive: 'skip' as const },
      { ...other, directive: 'include' as const },
    ]),
  },
);

const spread: Arbitrary<Selection> = fc.record({
  kind: fc.constant('spread' as const),
  pick: fc.nat({ max: 3 }),
  conditions,
});

function field(name: string): Selection {
  return { kind: 'field', name, alias: undefined, arguments: [], conditions: [], selections: undefined };
}

function fieldOf(
  { name, args }: GraphQLField<unknown, unknown>,
  alias: Arbitrary<string | undefined>,
  selections: Arbitrary<Selection[] | undefined>,
): Arbitrary<Selection> {
  const given = fc
    .tuple(...args.map((argument) => argumentOf(argument)))
    .map((found) => found.filter((argument) => argument !== null));
  return fc.record({
    kind: fc.constant('field' as const),
    name: fc.constant(name),
    alias,
    arguments: given,
    conditions,
    selections,
  });
}

function argumentOf(argument: GraphQLArgument): Arbitrary<[string, Value] | null> {
  const value = valueArbitrary(argument.type, 2, argument.defaultValue !== undefined).map((found): [string, Value] => [
    argument.name,
    found,
  ]);
  return isRequiredArgument(argument) ? value : fc.option(value, { freq: 3 });
}
