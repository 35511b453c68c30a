import { type FieldNode, type GraphQLField, Kind, type ValueNode } from 'graphql';
import type { Amount, Variables } from './amount.ts';
import type { ListSize } from './read-costs.ts';

/** A number that was given to a slicing argument; undefined where none was. */
type Given = number | undefined | ((variables: Variables) => number | undefined);

/**
 * How long the list of a field may become: the largest of its slicing arguments, or what is assumed where none is given.
 * Without end where exactly one of them must be given and is not.
 */
export function listLength(
  size: ListSize,
  field: FieldNode,
  definition: GraphQLField<unknown, unknown>,
  otherwise: number,
): Amount {
  const given = size.slicingArguments.map((name) => toGiven(name, field, definition));
  const known = given.every((each) => typeof each !== 'function');
  return known ? longest(size, given, otherwise, {}) : (variables) => longest(size, given, otherwise, variables);
}

function longest(size: ListSize, given: readonly Given[], otherwise: number, variables: Variables): number {
  let count = 0;
  let length = 0;
  for (const each of given) {
    const value = typeof each === 'function' ? each(variables) : each;
    if (value === undefined) continue;
    count += 1;
    length = Math.max(length, value);
  }
  if (given.length > 0 && size.requireOneSlicingArgument && count !== 1) return Number.POSITIVE_INFINITY;
  return count === 0 ? (size.assumedSize ?? otherwise) : length;
}

function toGiven(name: string, field: FieldNode, definition: GraphQLField<unknown, unknown>): Given {
  const value = field.arguments?.find((argument) => argument.name.value === name)?.value;
  const preset = toNumber(definition.args.find((argument) => argument.name === name)?.defaultValue);
  if (!value) return preset;
  if (value.kind !== Kind.VARIABLE) return literal(value);
  const variable = value.name.value;
  // A variable that is absent leaves the argument to its default; one that is null does not.
  return (variables) => (variables[variable] === undefined ? preset : toNumber(variables[variable]));
}

function literal(value: ValueNode): number | undefined {
  return value.kind === Kind.INT ? toNumber(Number(value.value)) : undefined;
}

/** Fewer than none are none: a negative length must not pay for another field. */
function toNumber(value: unknown): number | undefined {
  return typeof value === 'number' ? Math.max(0, value) : undefined;
}
