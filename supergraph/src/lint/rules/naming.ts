import type { LintRule } from '../rule.ts';

const forms = {
  type: { form: /^[A-Z][A-Za-z0-9]*$/, name: 'PascalCase' },
  'enum-value': { form: /^[A-Z][A-Z0-9]*(_[A-Z0-9]+)*$/, name: 'UPPER_CASE' },
  field: { form: /^[a-z][A-Za-z0-9]*$/, name: 'camelCase' },
  argument: { form: /^[a-z][A-Za-z0-9]*$/, name: 'camelCase' },
  'input-field': { form: /^[a-z][A-Za-z0-9]*$/, name: 'camelCase' },
} as const;

export const naming: LintRule = {
  id: 'name-form',
  why: 'One form for each kind of name: generated code and people then never have to guess.',
  internalToo: true,
  judge({ kind, name, coordinate }) {
    const { form, name: formName } = forms[kind];
    return form.test(name) ? undefined : `'${coordinate}' is not in ${formName}`;
  },
};

const verbs = /^(get|list|fetch|query|find|retrieve|load)[A-Z]/;

export const queryVerbs: LintRule = {
  id: 'query-verb',
  why: 'A query names what it answers: `user`, not `getUser`.',
  judge({ kind, name, within, coordinate }, { roots }) {
    if (kind !== 'field' || within[0]?.name !== roots.query || !verbs.test(name)) return undefined;
    return `'${coordinate}' begins with a verb; name what it answers`;
  },
};

export const foreignIds: LintRule = {
  id: 'foreign-id',
  why: 'What refers to a thing answers the thing, which clients can go on from; a bare id makes them ask again. The id of what was deleted, `deletedUserId`, is all that is left of it.',
  judge({ kind, name, coordinate }, { objects }) {
    const stem = /^(\w+)Ids?$/.exec(name)?.[1];
    if (kind !== 'field' || stem === undefined || /^deleted[A-Z]/.test(stem)) return undefined;
    const type = stem.charAt(0).toUpperCase() + stem.slice(1);
    return objects.has(type) ? `'${coordinate}' is the id of a '${type}'; answer the '${type}' itself` : undefined;
  },
};
