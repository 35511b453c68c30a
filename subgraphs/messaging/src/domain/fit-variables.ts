import { parseDateTime } from '@atrium/service-kit';
import type { TemplateValues } from './render-message.ts';
import type { TemplateText, TemplateVariable } from './template.ts';
import { maxUrlLength } from './template-samples.ts';
import { InputRefused, type UserError } from './user-error.ts';

type Value = TemplateValues[string];

/**
 * The values for exactly the variables that a template declares, each of its type. `defaults` fill what the caller left
 * out, where their type is the declared one. Throws InputRefused with all that is wrong.
 */
export function fitVariables(
  template: Pick<TemplateText, 'variables'>,
  defaults: TemplateValues,
  given: TemplateValues,
): Record<string, Value> {
  const declared = new Map(template.variables.map((variable) => [variable.name, variable]));
  const faults: UserError[] = [];
  const values: Record<string, Value> = {};
  const note = (variable: string, code: UserError['code'], message: string): void => {
    faults.push({ code, field: ['input', 'variables', variable], message });
  };

  for (const name of Object.keys(given)) {
    if (!declared.has(name)) note(name, 'VARIABLE_UNKNOWN', 'The template has no variable of this name. Leave it out.');
  }
  for (const variable of declared.values()) {
    const value = given[variable.name] ?? usable(defaults[variable.name], variable);
    if (value === undefined || value === '') {
      if (variable.required)
        note(variable.name, 'VARIABLE_MISSING', `The template needs a value for ${variable.name}.`);
      continue;
    }
    const fitted = fit(value, variable);
    if (fitted === undefined) note(variable.name, 'INVALID_FORMAT', whatToGive[variable.type]);
    else values[variable.name] = fitted;
  }
  if (faults.length > 0) throw new InputRefused(faults);
  return values;
}

const whatToGive: Record<TemplateVariable['type'], string> = {
  STRING: 'Give a text: "A-17".',
  NUMBER: 'Give a number: 17.',
  BOOLEAN: 'Give true or false.',
  DATE_TIME: 'Give a point in time as RFC 3339 writes it: "2026-11-24T09:30:00Z".',
  URL: 'Give an address that begins with https:// and holds no password: "https://example.com/orders/17".',
};

function usable(value: Value | undefined, variable: TemplateVariable): Value | undefined {
  return value !== undefined && fit(value, variable) !== undefined ? value : undefined;
}

/** The value in the form that templates are filled with; undefined where it is of another type. */
function fit(value: Value, { type }: TemplateVariable): Value | undefined {
  if (type === 'NUMBER') return typeof value === 'number' && Number.isFinite(value) ? value : undefined;
  if (type === 'BOOLEAN') return typeof value === 'boolean' ? value : undefined;
  if (typeof value !== 'string') return undefined;
  if (type === 'DATE_TIME') return parseDateTime(value)?.toISOString();
  return type === 'URL' ? readUrl(value) : value;
}

/** The address as browsers write it: its characters are percent-encoded, its scheme can run nothing. */
function readUrl(text: string): string | undefined {
  const url = URL.parse(text);
  if (url?.protocol !== 'https:' || url.username !== '' || url.password !== '') return undefined;
  if (url.href.length > maxUrlLength) return undefined;
  return url.href;
}
