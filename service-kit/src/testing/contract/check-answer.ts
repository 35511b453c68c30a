import { Kind, parseType, type TypeNode } from 'graphql';
import type { Contract, DetailedShape, Shape } from '../../contract-file.ts';

/** How values of a subgraph's own scalars are written in JSON; null lets every value pass. */
export type ScalarForms = Readonly<Record<string, RegExp | null>>;

/** What a contract's answers are compared by. */
export interface AnswerRules {
  readonly enums: Contract['enums'];
  readonly scalars: ScalarForms;
}

/** What an answer shows: where it has another form, and which of the selected fields were more than null in it. */
export interface Judgement {
  readonly faults: string[];
  readonly seen: Set<string>;
}

type Fields = Readonly<Record<string, Shape>>;

const builtIn: Readonly<Record<string, (value: unknown) => boolean>> = {
  ID: (value) => typeof value === 'string' && value !== '',
  String: (value) => typeof value === 'string',
  Int: (value) => Number.isInteger(value),
  Float: (value) => typeof value === 'number',
  Boolean: (value) => typeof value === 'boolean',
};

/** Compares an answer's data with the form that the consumer relies on. */
export function checkAnswer(answer: Fields, data: unknown, rules: AnswerRules, judged = noJudgement()): Judgement {
  checkFields(answer, data, '', '', rules, judged);
  return judged;
}

/** A judgement of nothing, to which those of several answers are added. */
export function noJudgement(): Judgement {
  return { faults: [], seen: new Set() };
}

/** Where a selected field was nowhere more than null, as `user.avatar`; what lies in it is not told beside it. */
export function unseenFields(fields: Fields, seen: ReadonlySet<string>, path = ''): string[] {
  return Object.entries(fields).flatMap(([key, shape]): string[] => {
    const at = path === '' ? key : `${path}.${key}`;
    if (!seen.has(at)) return [at];
    const { fields: own = {}, on = {} } = detailed(shape);
    return [own, ...Object.values(on)].flatMap((each) => unseenFields(each, seen, at));
  });
}

function checkFields(
  fields: Fields,
  data: unknown,
  path: string,
  place: string,
  rules: AnswerRules,
  judged: Judgement,
) {
  if (typeof data !== 'object' || data === null || Array.isArray(data)) {
    judged.faults.push(`${place || 'data'}: is no object`);
    return;
  }
  for (const [key, shape] of Object.entries(fields)) {
    const at = path === '' ? key : `${path}.${key}`;
    const here = place === '' ? key : `${place}.${key}`;
    const value = (data as Record<string, unknown>)[key];
    if (value === undefined) judged.faults.push(`${here}: is not in the answer`);
    else checkValue(parseType(detailed(shape).type), detailed(shape), value, at, here, rules, judged);
  }
}

function checkValue(
  type: TypeNode,
  shape: DetailedShape,
  value: unknown,
  path: string,
  place: string,
  rules: AnswerRules,
  judged: Judgement,
): void {
  if (type.kind === Kind.NON_NULL_TYPE) {
    if (value === null) judged.faults.push(`${place}: is null and may not be`);
    else checkValue(type.type, shape, value, path, place, rules, judged);
    return;
  }
  if (value === null) return;
  judged.seen.add(path);
  if (type.kind === Kind.LIST_TYPE) {
    if (!Array.isArray(value)) judged.faults.push(`${place}: is no list`);
    else
      for (const [i, item] of value.entries()) checkValue(type.type, shape, item, path, `${place}.${i}`, rules, judged);
    return;
  }
  if (shape.fields) checkFields(shape.fields, value, path, place, rules, judged);
  for (const each of Object.values(shape.on ?? {})) checkFields(each, value, path, place, rules, judged);
  if (!shape.fields && !shape.on) checkLeaf(type.name.value, value, place, rules, judged.faults);
}

function checkLeaf(
  type: string,
  value: unknown,
  place: string,
  { enums, scalars }: AnswerRules,
  faults: string[],
): void {
  const form = scalars[type];
  if (enums[type]) {
    if (!enums[type].includes(value as string)) faults.push(`${place}: is none of ${type}`);
  } else if (builtIn[type]) {
    if (!builtIn[type](value)) faults.push(`${place}: is no ${type}`);
  } else if (form === undefined) faults.push(`${place}: nobody says how a ${type} is written`);
  else if (form && !(typeof value === 'string' && form.test(value))) faults.push(`${place}: is no ${type}`);
}

/** A shape with all that is said of it. */
export function detailed(shape: Shape): DetailedShape {
  return typeof shape === 'string' ? { type: shape } : shape;
}
