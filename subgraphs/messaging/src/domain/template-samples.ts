import type { TemplateValues } from './render-message.ts';
import type { TemplateVariable } from './template.ts';

const known: TemplateValues = { code: '482913', minutes: 10, name: 'Asha Rao' };

const byType: Record<Exclude<TemplateVariable['type'], 'STRING'>, TemplateValues[string]> = {
  NUMBER: 17,
  BOOLEAN: true,
  DATE_TIME: '2026-11-24T09:30:00.000Z',
  URL: 'https://example.com/',
};

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
