import { hasControls } from '@atrium/service-kit';
import type { UserError } from './user-error.ts';
import { userError } from './user-error.ts';

/** A judged value, or the one reason why it is none. */
export type Judged<T> = { readonly value: T } | { readonly error: UserError };

/** Whether a value was refused. */
export function isRefused<T>(judged: Judged<T>): judged is { readonly error: UserError } {
  return 'error' in judged;
}

/** Spaces and characters without any form: a text of nothing else says nothing. */
const invisible = /^[\p{Z}\p{Cf}]*$/u;

/**
 * Judges a text for a field: trimmed, not empty, within `max` code points, without control characters (PostgreSQL
 * refuses NUL, and no name holds a line break) and without halves of surrogate pairs, which no UTF-8 can carry.
 */
export function readText(field: string, text: string, max: number): Judged<string> {
  // Two UTF-16 units are the most that a code point takes, so a text past that need not be walked through.
  if (text.length > 2 * max + 1_000) return tooLong(field, max);
  const value = text.trim();
  if (invisible.test(value)) return { error: userError('REQUIRED', field) };
  if (hasControls(value)) return { error: userError('INVALID_FORMAT', field) };
  if ([...value].length > max) return tooLong(field, max);
  return { value };
}

function tooLong(field: string, max: number): Judged<string> {
  return { error: userError('TOO_LONG', field, `This is too long. Shorten it to ${max} characters.`) };
}
