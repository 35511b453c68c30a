import { isRequiredInputField, Kind } from 'graphql';
import type { Use } from '../../use/uses.ts';
import { breaks, type Circumstances, type Judges, surprises } from './judgement.ts';
import { inputFieldOf } from './look-up.ts';

/** Changes of inputs. What a variable may carry counts as given: its values are the clients' and stand in no document. */
export const inputJudges: Judges = {
  INPUT_FIELD_REMOVED({ inputName, removedFieldName }, { uses }) {
    const subject = `${inputName}.${removedFieldName}`;
    const given = uses.of(subject);
    return {
      rule: 'input-field-removed',
      verdict: breaks(given),
      subject,
      uses: given,
      consequence: 'whoever gives it, in the document or in a variable, is refused',
      remedy: 'Keep the field and ignore it, mark it `@deprecated`, and remove it once nobody gives it.',
    };
  },
  INPUT_FIELD_ADDED({ inputName, addedInputFieldName, ...meta }, circumstances) {
    const subject = `${inputName}.${addedInputFieldName}`;
    if (meta.addedToNewType) return undefined;
    const field = inputFieldOf(circumstances.after, inputName, addedInputFieldName);
    if (field && !isRequiredInputField(field)) {
      return { rule: 'input-field-added', verdict: 'safe', subject, uses: [] };
    }
    const passed = circumstances.uses.of(inputName);
    return {
      rule: 'required-input-field-added',
      verdict: breaks(passed),
      subject,
      uses: passed,
      consequence: 'whoever passes the input without it is refused, those with valid documents included',
      remedy: 'Make the field nullable or give it a default value.',
    };
  },
  INPUT_FIELD_TYPE_CHANGED({ inputName, inputFieldName, ...meta }, circumstances) {
    const subject = `${inputName}.${inputFieldName}`;
    if (meta.isInputFieldTypeChangeSafe)
      return { rule: 'input-field-type-widened', verdict: 'safe', subject, uses: [] };
    const { uses, complaints, after } = circumstances;
    const hurt = uses.of(subject).filter((use) => use.manner === 'variable' || complaints.concern(use));
    const field = inputFieldOf(after, inputName, inputFieldName);
    if (field && isRequiredInputField(field)) hurt.push(...without(inputName, inputFieldName, circumstances));
    return {
      rule: 'input-field-type-changed',
      verdict: breaks(hurt),
      subject,
      uses: hurt,
      consequence: 'what clients pass, or leave out, is refused',
      remedy: 'Add a field of another name with the new type and deprecate this one.',
    };
  },
  INPUT_FIELD_DEFAULT_VALUE_CHANGED({ inputName, inputFieldName }, circumstances) {
    const passed = [
      ...circumstances.uses.of(`${inputName}.${inputFieldName}`, 'variable'),
      ...without(inputName, inputFieldName, circumstances),
    ];
    return {
      rule: 'input-field-default-changed',
      verdict: surprises(passed),
      subject: `${inputName}.${inputFieldName}`,
      uses: passed,
      consequence: 'whoever leaves it out now asks for something else',
      remedy: 'Have clients that rely on the old value give it, then change the default.',
    };
  },
};

/** Who writes an input down and leaves this field of it out. */
function without(inputName: string, fieldName: string, { uses }: Circumstances): Use[] {
  return uses
    .of(inputName, 'given')
    .filter(({ node }) => node.kind === Kind.OBJECT && !node.fields.some((field) => field.name.value === fieldName));
}
