import {
  type GraphQLField,
  type GraphQLInputType,
  type GraphQLObjectType,
  type GraphQLOutputType,
  getNamedType,
  getNullableType,
  isInputObjectType,
  isLeafType,
  isListType,
  isObjectType,
} from 'graphql';
import { type Examples, formOf } from './examples.ts';

type Values = Readonly<Record<string, unknown>>;

/** What was given to a field, with its type. */
export interface GivenInput {
  values: Values;
  typeOf(name: string): GraphQLInputType | undefined;
}

/** The arguments of a field as given. */
export function argumentsGiven(field: GraphQLField<unknown, unknown>, values: Values): GivenInput {
  return { values, typeOf: (name) => field.args.find((argument) => argument.name === name)?.type };
}

/** The one input of a mutation as given; undefined where it takes none. */
export function inputGiven(field: GraphQLField<unknown, unknown>, values: Values): GivenInput | undefined {
  const [argument] = field.args.filter(({ type }) => isInputObjectType(getNullableType(type)));
  const given = argument && values[argument.name];
  return given ? within(argument.type, given as Values) : undefined;
}

/** An item of a list of inputs as given. */
export function within(type: GraphQLInputType, values: Values): GivenInput {
  const named = getNamedType(type);
  const fields = isInputObjectType(named) ? named.getFields() : {};
  return { values, typeOf: (name) => fields[name]?.type };
}

/** What an object repeats of what was given: fields of the same name whose types fit, nulls too. */
export function echoed(type: GraphQLObjectType, given: GivenInput, examples: Examples): Record<string, unknown> {
  const repeated: Record<string, unknown> = {};
  for (const field of Object.values(type.getFields())) {
    const value = given.values[field.name];
    const from = given.typeOf(field.name);
    if (value !== undefined && from && fits(value, from, field.type, examples)) repeated[field.name] = value;
  }
  return repeated;
}

/** The id that was given for a type: `id` of its own input, or `userId` for a User. */
export function idGiven(type: GraphQLObjectType, { values }: GivenInput): string | undefined {
  const ofType = values[`${type.name.charAt(0).toLowerCase()}${type.name.slice(1)}Id`];
  const id = ofType ?? values.id;
  return typeof id === 'string' ? id : undefined;
}

/** The single list of inputs among what was given: a batch. */
export function batchGiven({ values, typeOf }: GivenInput): GivenInput[] | undefined {
  const lists = Object.entries(values).flatMap(([name, value]) => {
    const type = typeOf(name);
    return type && Array.isArray(value) && isInputObjectType(getNamedType(type)) ? [{ type, value }] : [];
  });
  const [only] = lists;
  return lists.length === 1 && only ? only.value.map((item) => within(only.type, item as Values)) : undefined;
}

function fits(value: unknown, from: GraphQLInputType, to: GraphQLOutputType, examples: Examples): boolean {
  const target = getNamedType(to);
  if (!isLeafType(target) || isListType(getNullableType(to)) !== isListType(getNullableType(from))) return false;
  if (value === null) return getNullableType(to) === to;
  if (getNamedType(from).name === target.name) return true;
  // A text may be given where a scalar of its own form is answered, if it has that form already.
  if (typeof value !== 'string' || isObjectType(target)) return false;
  return examples.of(target.description).some((example) => formOf(example) === formOf(value));
}
