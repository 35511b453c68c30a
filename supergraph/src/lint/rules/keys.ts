import type { LintRule } from '../rule.ts';

/** A key of more fields is none that a caller would know. */
const mostFields = 2;

export const smallKeys: LintRule = {
  id: 'key-large',
  why: 'A key is what other services store and send: small, stable, and flat.',
  internalToo: true,
  judge(element, context) {
    const fields = context.argumentsOf(element, 'key')?.fields;
    if (element.kind !== 'type' || typeof fields !== 'string') return undefined;
    const nested = fields.includes('{');
    const count = fields.split(/[\s,]+/).filter(Boolean).length;
    return nested || count > mostFields
      ? `The key "${fields}" of '${element.name}' has more than ${mostFields} plain fields`
      : undefined;
  },
};
