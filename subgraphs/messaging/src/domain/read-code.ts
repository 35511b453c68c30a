import { toAsciiDigits } from '@atrium/service-kit';

/** A code as people type it: digits of any script, with spaces and dashes between; undefined for what cannot be one. */
export function readCode(typed: string): string | undefined {
  const code = toAsciiDigits(typed.slice(0, 50)).replace(/[\s\p{Pd}\p{Cf}]/gu, '');
  return /^\d{6}$/.test(code) ? code : undefined;
}
