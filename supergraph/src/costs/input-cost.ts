import {
  type GraphQLInputObjectType,
  type GraphQLInputType,
  getNamedType,
  isInputObjectType,
  isListType,
  isNonNullType,
  Kind,
  type ValueNode,
} from 'graphql';
import { type Amount, sum } from './amount.ts';
import type { SupergraphCosts } from './read-costs.ts';

/** What an input object costs, unless its own or its place's weight says otherwise; other inputs cost nothing. */
const objectWeight = 1;

/**
 * What a given value costs: for each item of a list, and for each input object with all that it holds.
 * `weight` is that of the argument or field that it is given to, which goes before that of its type.
 */
export function inputCost(
  node: ValueNode,
  type: GraphQLInputType,
  weight: number | undefined,
  costs: SupergraphCosts,
): Amount {
  if (node.kind === Kind.VARIABLE) {
    const name = node.name.value;
    const scorer = scorerOf(type, weight, costs);
    return scorer ? (variables) => scorer(variables[name]) : 0;
  }
  if (node.kind === Kind.NULL) return 0;
  if (node.kind === Kind.LIST) return sum(node.values.map((item) => inputCost(item, itemOf(type), weight, costs)));
  const named = getNamedType(type);
  const own = weightOf(named, weight, costs);
  if (node.kind !== Kind.OBJECT || !isInputObjectType(named)) return own;
  const fields = named.getFields();
  const held = node.fields.map(({ name, value }) => {
    const field = fields[name.value];
    return field ? inputCost(value, field.type, costs.weights.get(`${named.name}.${field.name}`), costs) : 0;
  });
  return sum([own, ...held]);
}

/** Scores a coerced value; undefined where no value of the type costs anything. */
type Scorer = ((value: unknown) => number) | undefined;

function scorerOf(type: GraphQLInputType, weight: number | undefined, costs: SupergraphCosts): Scorer {
  const nullable = isNonNullType(type) ? type.ofType : type;
  if (isListType(nullable)) return listScorer(scorerOf(nullable.ofType, weight, costs));
  const own = weightOf(nullable, weight, costs);
  if (isInputObjectType(nullable)) return objectScorer(own, fieldScorers(nullable, costs));
  return own === 0 ? undefined : (value) => (value == null ? 0 : own);
}

function listScorer(item: Scorer): Scorer {
  if (!item) return undefined;
  return (value) => {
    if (!Array.isArray(value)) return item(value);
    let total = 0;
    for (const each of value) total += item(each);
    return total;
  };
}

function objectScorer(own: number, fields: readonly FieldScorer[]): Scorer {
  return (value) => {
    if (typeof value !== 'object' || value === null) return 0;
    let total = own;
    for (const { name, score } of fields) total += score((value as Record<string, unknown>)[name]);
    return total;
  };
}

interface FieldScorer {
  name: string;
  score: (value: unknown) => number;
}

const known = new WeakMap<SupergraphCosts, Map<GraphQLInputObjectType, FieldScorer[]>>();

/** The fields of an input object that can cost anything. An object may hold itself, so they are kept before they are found. */
function fieldScorers(type: GraphQLInputObjectType, costs: SupergraphCosts): FieldScorer[] {
  const ofCosts = known.get(costs) ?? new Map<GraphQLInputObjectType, FieldScorer[]>();
  known.set(costs, ofCosts);
  const present = ofCosts.get(type);
  if (present) return present;
  const scorers: FieldScorer[] = [];
  ofCosts.set(type, scorers);
  for (const { name, type: fieldType } of Object.values(type.getFields())) {
    const score = scorerOf(fieldType, costs.weights.get(`${type.name}.${name}`), costs);
    if (score) scorers.push({ name, score });
  }
  return scorers;
}

function weightOf(type: GraphQLInputType, weight: number | undefined, costs: SupergraphCosts): number {
  return weight ?? costs.weights.get(getNamedType(type).name) ?? (isInputObjectType(type) ? objectWeight : 0);
}

function itemOf(type: GraphQLInputType): GraphQLInputType {
  const nullable = isNonNullType(type) ? type.ofType : type;
  return isListType(nullable) ? nullable.ofType : nullable;
}
