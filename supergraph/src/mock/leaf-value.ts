import { type GraphQLEnumType, type GraphQLLeafType, isEnumType } from 'graphql';
import { type Examples, formOf } from './examples.ts';
import { seededChoice, seededHex, seededId, seededNumber } from './seed.ts';

/** A leaf that needs a value. */
export interface Leaf {
  name: string;
  description: string | null | undefined;
  type: GraphQLLeafType;
}

/** Whole numbers that nothing is known of lie below this. */
const largestNumber = 1_000;

/** A value for a leaf: an example from its description or its scalar's, or else one that is made up; the same for a seed. */
export function leafValue(seed: string, { name, description, type }: Leaf, examples: Examples): unknown {
  const told = examples.of(description);
  if (isEnumType(type)) return enumValue(seed, type, told);
  switch (type.name) {
    case 'ID':
      return seededId(seed);
    case 'Boolean':
      return seededNumber(seed, 4) > 0;
    case 'Int':
    case 'Float':
      return seededChoice(seed, numbers(told)) ?? 1 + seededNumber(seed, largestNumber);
    case 'String':
      return vary(seed, seededChoice(seed, told) ?? `${name} ${seededHex(seed, 6)}`);
  }
  const ofScalar = examples.of(type.description);
  const example = seededChoice(seed, fitting(told, ofScalar)) ?? seededChoice(seed, ofScalar);
  return example === undefined ? `${type.name} ${seededHex(seed, 6)}` : structured(vary(seed, example));
}

/** A field's examples that have the form of its scalar; the others are of what else its description speaks of. */
function fitting(told: readonly string[], ofScalar: readonly string[]): readonly string[] {
  if (ofScalar.length === 0) return told;
  const forms = new Set(ofScalar.map(formOf));
  return told.filter((each) => forms.has(formOf(each)));
}

function enumValue(seed: string, type: GraphQLEnumType, told: readonly string[]): string | undefined {
  const names = type.getValues().map(({ name }) => name);
  const [example] = told.filter((each) => names.includes(each));
  return example ?? seededChoice(seed, names);
}

function numbers(texts: readonly string[]): number[] {
  return texts
    .filter((text) => text.trim() !== '')
    .map(Number)
    .filter(Number.isFinite);
}

const dayMs = 86_400_000;
/** Times lie within so many days before their example. */
const spreadDays = 30;

/** Times differ from one object to the next, and `…` stands for what a reader need not see. */
function vary(seed: string, example: string): string {
  const time = /^\d{4}-\d\d-\d\d(T[\d:.]+Z)?$/.test(example) ? Date.parse(example) : Number.NaN;
  if (Number.isNaN(time)) return example.replaceAll('…', seededHex(seed, 12));
  const earlier = new Date(time - seededNumber(seed, spreadDays * dayMs)).toISOString();
  return example.includes('T') ? earlier : earlier.slice(0, 10);
}

/** An example that is written as JSON stands for the value. */
function structured(example: string): unknown {
  if (!/^[{[]/.test(example)) return example;
  try {
    return JSON.parse(example);
  } catch {
    return example;
  }
}
