import type { LintedElement } from '../element.ts';
import type { LintContext, LintRule } from '../rule.ts';

const day = /\b\d{4}-\d\d-\d\d\b/;

export const deprecationReason: LintRule = {
  id: 'deprecation-incomplete',
  why: 'Who meets a deprecated element must learn what to use instead and until when: `@deprecated(reason: "Use `about` until 2027-06-30.")`.',
  judge(element, context) {
    const reason = reasonOf(element, context);
    if (reason === undefined) return undefined;
    if (!/`[^`]+`/.test(reason)) return `The deprecation of '${element.coordinate}' names no replacement in backquotes`;
    return day.test(reason) ? undefined : `The deprecation of '${element.coordinate}' names no day, such as 2027-06-30`;
  },
};

export const deprecationOver: LintRule = {
  id: 'deprecation-over',
  why: 'The day is a promise: remove the element once `check` finds nobody who uses it, or name a later day.',
  judge(element, context) {
    const until = day.exec(reasonOf(element, context) ?? '')?.[0];
    if (until === undefined || until >= context.today) return undefined;
    return `'${element.coordinate}' was to be removed after ${until}`;
  },
};

function reasonOf(element: LintedElement, context: LintContext): string | undefined {
  const [given] = context.uses(element, 'deprecated');
  return given && String(given.reason ?? '');
}
