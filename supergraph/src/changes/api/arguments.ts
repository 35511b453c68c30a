import { type FieldNode, isRequiredArgument } from 'graphql';
import type { Use, Uses } from '../../use/uses.ts';
import { breaks, type Judges, surprises } from './judgement.ts';
import { argumentOf } from './look-up.ts';

/** Changes of the arguments that fields take. */
export const argumentJudges: Judges = {
  FIELD_ARGUMENT_ADDED({ typeName, fieldName, addedArgumentName, ...meta }, { uses }) {
    const subject = `${typeName}.${fieldName}(${addedArgumentName}:)`;
    if (meta.addedToNewField) return undefined;
    if (!meta.isAddedFieldArgumentBreaking) return { rule: 'argument-added', verdict: 'safe', subject, uses: [] };
    const selected = uses.of(`${typeName}.${fieldName}`);
    return {
      rule: 'required-argument-added',
      verdict: breaks(selected),
      subject,
      uses: selected,
      consequence: 'every operation that selects the field without it is refused',
      remedy: 'Make the argument nullable or give it a default value.',
    };
  },
  FIELD_ARGUMENT_REMOVED({ typeName, fieldName, removedFieldArgumentName }, { uses }) {
    const subject = `${typeName}.${fieldName}(${removedFieldArgumentName}:)`;
    const given = uses.of(subject);
    return {
      rule: 'argument-removed',
      verdict: breaks(given),
      subject,
      uses: given,
      consequence: 'every operation that gives it is refused',
      remedy: 'Keep the argument and ignore it, mark it `@deprecated`, and remove it once no operation gives it.',
    };
  },
  FIELD_ARGUMENT_TYPE_CHANGED({ typeName, fieldName, argumentName, ...meta }, { after, uses, complaints }) {
    const subject = `${typeName}.${fieldName}(${argumentName}:)`;
    if (meta.isSafeArgumentTypeChange) return { rule: 'argument-type-widened', verdict: 'safe', subject, uses: [] };
    const argument = argumentOf(after, typeName, fieldName, argumentName);
    const hurt = uses.of(subject).filter((use) => complaints.concern(use));
    if (argument && isRequiredArgument(argument)) hurt.push(...without(uses, typeName, fieldName, argumentName));
    return {
      rule: 'argument-type-changed',
      verdict: breaks(hurt),
      subject,
      uses: hurt,
      consequence: 'what clients pass, or leave out, is refused',
      remedy: 'Add an argument of another name with the new type and deprecate this one.',
    };
  },
  FIELD_ARGUMENT_DEFAULT_CHANGED({ typeName, fieldName, argumentName }, { uses }) {
    const left = without(uses, typeName, fieldName, argumentName);
    return {
      rule: 'argument-default-changed',
      verdict: surprises(left),
      subject: `${typeName}.${fieldName}(${argumentName}:)`,
      uses: left,
      consequence: 'operations that leave it out now ask for something else',
      remedy: 'Have operations that rely on the old value give it, then change the default.',
    };
  },
};

/** Who selects a field and leaves this argument of it out. */
function without(uses: Uses, typeName: string, fieldName: string, argumentName: string): Use[] {
  return uses
    .of(`${typeName}.${fieldName}`)
    .filter(({ node }) => !(node as FieldNode).arguments?.some(({ name }) => name.value === argumentName));
}
