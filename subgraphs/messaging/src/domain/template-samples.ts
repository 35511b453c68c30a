import type { TemplateValues } from './render-message.ts';
import type { TemplateVariable } from './template.ts';

const known: TemplateValues = { code: '482913', minutes: 10, name: 'Asha Rao' };

const byType: Record<Exclude<TemplateVariable['type'], 'STRING'>, TemplateValues[string]> = {
  NUMBER: 17,
  BOOLEAN: true,
  DATE_TIME: '2026-11-24T09:30:00.000Z',
  URL: 'https://example.com/',
};

/** How long a value may be, in characters. */
export const maxValueLength = 1_000;
/** An address is longer as it is written than as it was given, where it is not ASCII. */
export const maxUrlLength = 2_000;

/** The longest values that there may be. */
export function longestValues(variables: readonly TemplateVariable[]): TemplateValues {
  const long: TemplateValues = {
    ...byType,
    STRING: '&'.repeat(maxValueLength),
    URL: `https://example.com/?${'&'.repeat(maxUrlLength)}`.slice(0, maxUrlLength),
  };
  return Object.fromEntries(variables.map(({ name, type }) => [name, long[type] ?? '']));
}

/** Values that a template can be looked at with: those that Atrium gives in their usual form, a text as its own name. */
export function sampleValues(variables: readonly TemplateVariable[]): TemplateValues {
  return Object.fromEntries(
    variables.map(({ name, type }) => {
      const familiar = known[name];
      if (type === 'STRING') return [name, typeof familiar === 'string' ? familiar : name];
      return [name, type === 'NUMBER' && typeof familiar === 'number' ? familiar : byType[type]];
    }),
  );
}
