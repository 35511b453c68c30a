import type { LintRule } from '../rule.ts';

/** A key of more fields is none that a caller would know. */
const mostFields = 2;

export const smallKeys: LintRule = {
  id: 'key-large',
  why: 'A key is what other services store and send: small, stable, and flat.',
  internalToo: true,
  judge(element, context) {
    if (element.kind !== 'type') return undefined;
    const large = context.uses(element, 'key').find(({ fields }) => typeof fields === 'string' && isLarge(fields));
    return large && `The key "${large.fields}" of '${element.name}' has more than ${mostFields} plain fields`;
  },
};

function isLarge(fields: string): boolean {
  return fields.includes('{') || fields.split(/[\s,]+/).filter(Boolean).length > mostFields;
}
