import { print } from 'graphql';
import { type LintedElement, namedType } from '../element.ts';
import type { LintContext, LintRule } from '../rule.ts';

export const mutationInput: LintRule = {
  id: 'mutation-input',
  why: 'One input for each mutation, named after it: a field can then be added without an argument of its own, and a variable carries all of it.',
  judge(element, context) {
    if (!isMutation(element, context)) return undefined;
    const { coordinate, node } = element;
    const args = 'arguments' in node ? (node.arguments ?? []) : [];
    const wanted = `input: ${pascal(element.name)}Input!`;
    const given = args.map((argument) => ('type' in argument ? `${argument.name.value}: ${print(argument.type)}` : ''));
    return given.length === 1 && given[0] === wanted
      ? undefined
      : `'${coordinate}' must take '${wanted}' and nothing else`;
  },
};

export const mutationPayload: LintRule = {
  id: 'mutation-payload',
  why: 'One payload for each mutation, named after it, with what the caller can mend in `userErrors`, or in those of each result of a batch.',
  judge(element, context) {
    if (!isMutation(element, context) || !element.type) return undefined;
    const payload = `${pascal(element.name)}Payload`;
    const answered = print(element.type);
    if (answered !== payload) return `'${element.coordinate}' must answer '${payload}', not '${answered}'`;
    const results = context.find(`${payload}.results`)?.type;
    const holder = results ? namedType(results) : payload;
    const errors = context.find(`${holder}.userErrors`)?.type;
    return errors && print(errors) === '[UserError!]!'
      ? undefined
      : `'${holder}' must have 'userErrors: [UserError!]!'`;
  },
};

function isMutation({ kind, within }: LintedElement, { roots }: LintContext): boolean {
  return kind === 'field' && within[0]?.name === roots.mutation;
}

function pascal(name: string): string {
  return name.charAt(0).toUpperCase() + name.slice(1);
}
