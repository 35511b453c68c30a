import { hasControls } from '@atrium/service-kit';
import { canonicalLocale, isVariableName, maxVariables } from './template.ts';
import { maxValueLength } from './template-samples.ts';
import { refused } from './user-error.ts';

/** An idempotency key as it is kept; undefined where none was given. */
export function readIdempotencyKey(typed: string | null | undefined): string | undefined {
  if (typed == null) return undefined;
  const key = typed.trim();
  if (key === '') throw refused('REQUIRED', 'idempotencyKey', 'Give a key of 1 to 200 characters, or leave it out.');
  if (key.length > 200) throw refused('TOO_LONG', 'idempotencyKey', 'Give a key of at most 200 characters.');
  if (hasControls(key)) throw refused('INVALID_FORMAT', 'idempotencyKey', 'Give a key without control characters.');
  return key;
}

/** A language tag in canonical form; undefined where none was given. */
export function readLocale(typed: string | null | undefined): string | undefined {
  if (typed == null) return undefined;
  const locale = canonicalLocale(typed.trim());
  if (!locale) throw refused('LOCALE_INVALID', 'locale', 'Give a BCP 47 language tag, such as hi or en-GB.');
  return locale;
}

/** The values for a template; whether it knows them is judged later. */
export function readVariables(typed: unknown): Record<string, string | number | boolean> {
  if (typed == null) return {};
  if (typeof typed !== 'object' || Array.isArray(typed)) {
    throw refused('INVALID_FORMAT', 'variables', 'Give an object of names and values: { "name": "Asha" }.');
  }
  const entries = Object.entries(typed);
  if (entries.length > maxVariables) throw refused('TOO_LONG', 'variables', `Give at most ${maxVariables} variables.`);
  return Object.fromEntries(entries.map(([name, value]) => [readName(name), readValue(name, value)]));
}

function readName(name: string): string {
  // A name comes back in the way to the field that is wrong, so it is bounded before it is looked at.
  if (!isVariableName(name)) {
    throw refused(
      'INVALID_FORMAT',
      'variables',
      'Name variables with letters, digits and underscores, beginning with a letter.',
    );
  }
  return name;
}

function readValue(name: string, value: unknown): string | number | boolean {
  const field = ['variables', name];
  if (typeof value === 'number' || typeof value === 'boolean') return value;
  if (typeof value !== 'string') throw refused('INVALID_FORMAT', field, 'Give a text, a number, or true or false.');
  const text = value.trim();
  if (text.length > maxValueLength) throw refused('TOO_LONG', field, `Give at most ${maxValueLength} characters.`);
  if (hasControls(text)) throw refused('INVALID_FORMAT', field, 'Give a text in one line, without control characters.');
  return text;
}
