import { type GraphQLEnumType, type GraphQLLeafType, isEnumType } from 'graphql';
import { type Examples, formOf } from './examples.ts';
import { seededChoice, seededHex, seededId, seededNumber } from './seed.ts';

/** A leaf that needs a value. */
export interface Leaf {
  name: string;
  description: string | null | undefined;
  type: GraphQLLeafType;
  /** What the object that holds it is made from. */
  holder: string;
}

/** Whole numbers that nothing is known of lie below this. */
const largestNumber = 1_000;

/** A value for a leaf: an example from its description or its scalar's, or else one that is made up; the same for a seed. */
export function leafValue(seed: string, { name, description, type, holder }: Leaf, examples: Examples): unknown {
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
      return withoutGaps(seed, seededChoice(seed, told) ?? `${name} ${seededHex(seed, 6)}`);
  }
  const ofScalar = examples.of(type.description);
  const example = seededChoice(seed, fitting(told, ofScalar)) ?? seededChoice(seed, ofScalar);
  if (example === undefined) return `${type.name} ${seededHex(seed, 6)}`;
  return isTime(example) ? timeNear(example, seed, holder, name) : structured(withoutGaps(seed, example));
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
/** Objects were made within so many days before the time that an example names. */
const spreadDays = 30;

/** A time near an example. An object was made on its own day, and whatever else happened to it happened within the day after. */
function timeNear(example: string, seed: string, holder: string, name: string): string {
  const made = Date.parse(example) - dayMs - seededNumber(`${holder} made`, spreadDays * dayMs);
  const later = /^(created|queued|made|born)/i.test(name) ? 0 : seededNumber(seed, dayMs);
  const time = new Date(made + later).toISOString();
  return example.includes('T') ? time : time.slice(0, 10);
}

function isTime(example: string): boolean {
  return /^\d{4}-\d\d-\d\d(T[\d:.]+Z)?$/.test(example) && !Number.isNaN(Date.parse(example));
}

/** `…` in an example stands for what a reader need not see. */
function withoutGaps(seed: string, example: string): string {
  return example.replaceAll('…', seededHex(seed, 12));
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
