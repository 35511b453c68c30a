import { toAsciiDigits } from '@atrium/service-kit';
import type { Judged } from './text.ts';
import { type UserError, userError } from './user-error.ts';

/** Judges a code as people type it: digits of any script, with spaces and dashes where their message had them. */
export function readVerificationCode(text: string): Judged<string> {
  // A text of this length is no code, however it is spaced, and need not be walked through.
  if (text.length > 200) return { error: malformed() };
  const code = toAsciiDigits(text).replace(/[\s\p{Z}\p{Cf}\p{Pd}]/gu, '');
  if (code === '') return { error: userError('REQUIRED', 'code') };
  if (/^\d{6}$/.test(code)) return { value: code };
  return { error: malformed() };
}

function malformed(): UserError {
  return userError('INVALID_FORMAT', 'code', 'The code has 6 digits. Type it as it was received.');
}
