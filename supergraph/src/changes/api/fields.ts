import { type GraphQLOutputType, getNamedType, isAbstractType, isObjectType, isUnionType } from 'graphql';
import type { Use } from '../../use/uses.ts';
import { breaks, type Circumstances, type Judgement, type Judges, surprises } from './judgement.ts';
import { outputType, shapeOf } from './look-up.ts';

/** Changes of fields that answer. */
export const fieldJudges: Judges = {
  FIELD_REMOVED({ typeName, removedFieldName }, { uses }) {
    const subject = `${typeName}.${removedFieldName}`;
    const selected = uses.of(subject);
    return {
      rule: 'field-removed',
      verdict: breaks(selected),
      subject,
      uses: selected,
      consequence: 'every operation that selects it is refused whole',
      remedy:
        'Keep the field, mark it `@deprecated(reason: "… until <date>")` with its replacement, and remove it once no operation selects it.',
    };
  },
  FIELD_ADDED: ({ typeName, addedFieldName }) => ({
    rule: 'field-added',
    verdict: 'safe',
    subject: `${typeName}.${addedFieldName}`,
    uses: [],
  }),
  FIELD_TYPE_CHANGED({ typeName, fieldName, isSafeFieldTypeChange }, circumstances) {
    const subject = `${typeName}.${fieldName}`;
    if (isSafeFieldTypeChange) return { rule: 'field-type-narrowed', verdict: 'safe', subject, uses: [] };
    const selected = circumstances.uses.of(subject);
    const was = outputType(circumstances.before, typeName, fieldName);
    const is = outputType(circumstances.after, typeName, fieldName);
    if (!was || !is) return undefined;
    if (withoutBangs(was) === withoutBangs(is)) return mayBeNull(subject, selected);
    if (isSameOnTheWire(was, is)) return renamed(subject, selected);
    if (isNarrower(was, is)) return narrowed(subject, selected, circumstances);
    return otherForm(subject, selected);
  },
  FIELD_DEPRECATION_ADDED({ typeName, fieldName }, { uses }) {
    const subject = `${typeName}.${fieldName}`;
    return { rule: 'field-deprecated', verdict: 'safe', subject, uses: uses.of(subject) };
  },
  FIELD_DEPRECATION_REMOVED: ({ typeName, fieldName }) => ({
    rule: 'field-deprecation-withdrawn',
    verdict: 'safe',
    subject: `${typeName}.${fieldName}`,
    uses: [],
  }),
};

function mayBeNull(subject: string, uses: readonly Use[]): Judgement {
  return {
    rule: 'field-nullable',
    verdict: breaks(uses),
    subject,
    uses,
    consequence: 'a null now reaches clients that were promised none',
    remedy: 'Add a nullable field beside it, move the operations, then deprecate this one.',
  };
}

function renamed(subject: string, uses: readonly Use[]): Judgement {
  return {
    rule: 'field-type-renamed',
    verdict: surprises(uses),
    subject,
    uses,
    consequence: 'the value stays a JSON string, but generated clients see another type',
    remedy: 'Say it in the changelog; generated clients build anew.',
  };
}

function narrowed(subject: string, selected: readonly Use[], { complaints }: Circumstances): Judgement {
  const hurt = selected.filter((use) => complaints.concern(use));
  return {
    rule: 'field-type-narrowed',
    verdict: hurt.length > 0 ? 'breaking' : surprises(selected),
    subject,
    uses: hurt.length > 0 ? hurt : selected,
    consequence: 'fragments on other types behind the old one match nothing any more',
    remedy: 'Drop fragments that can no longer match, then narrow the field.',
  };
}

function otherForm(subject: string, uses: readonly Use[]): Judgement {
  return {
    rule: 'field-type-changed',
    verdict: breaks(uses),
    subject,
    uses,
    consequence: 'the value has another form, which clients that parse the old one cannot read',
    remedy: 'Add a field of another name with the new type, deprecate this one, and move the operations.',
  };
}

/** Scalars that travel as JSON strings, so that one for another changes nothing that is sent. */
const texts = new Set(['ID', 'String']);

function isSameOnTheWire(was: GraphQLOutputType, is: GraphQLOutputType): boolean {
  return shapeOf(was) === shapeOf(is) && texts.has(getNamedType(was).name) && texts.has(getNamedType(is).name);
}

function withoutBangs(type: GraphQLOutputType): string {
  return String(type).replaceAll('!', '');
}

/** Whether a field that answered an abstract type now answers one type that was behind it, in lists and nulls as before. */
function isNarrower(was: GraphQLOutputType, is: GraphQLOutputType): boolean {
  const old = getNamedType(was);
  const now = getNamedType(is);
  if (shapeOf(was) !== shapeOf(is) || !isAbstractType(old) || !isObjectType(now)) return false;
  const behind = isUnionType(old) ? old.getTypes() : now.getInterfaces();
  return behind.some(({ name }) => name === (isUnionType(old) ? now.name : old.name));
}
