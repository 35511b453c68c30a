import { isCountry } from './countries.ts';
import { isRefused, type Judged, readText } from './text.ts';
import type { UserDetails } from './user.ts';
import { type UserError, userError } from './user-error.ts';

/** The details as a person gives them; null and absent are two things where a user is changed. */
export interface UserDetailsInput {
  readonly name?: string | null;
  readonly country?: string | null;
  readonly location?: string | null;
  readonly email?: string | null;
  readonly locale?: string | null;
}

const required: ReadonlySet<keyof UserDetails> = new Set(['name', 'country']);

const readers: Record<keyof UserDetails, (text: string) => Judged<string>> = {
  name: (text) => readText('name', text, 100),
  country: readCountry,
  location: (text) => readText('location', text, 100),
  email: readEmail,
  locale: readLocale,
};

/** Judges every detail that is given and reports all faults together; an absent one stays absent. */
export function readUserDetails(input: UserDetailsInput): { details: Partial<UserDetails>; errors: UserError[] } {
  const details: Record<string, string | null> = {};
  const errors: UserError[] = [];
  for (const [field, read] of Object.entries(readers) as [keyof UserDetails, (text: string) => Judged<string>][]) {
    const given = input[field];
    if (given === undefined) continue;
    if (given === null) {
      if (required.has(field)) errors.push(userError('REQUIRED', field, 'This cannot be cleared. Give a value.'));
      else details[field] = null;
      continue;
    }
    const judged = read(given);
    if (isRefused(judged)) errors.push(judged.error);
    else details[field] = judged.value;
  }
  return { details, errors };
}

function readCountry(text: string): Judged<string> {
  const judged = readText('country', text, 100);
  if (isRefused(judged)) return judged.error.code === 'REQUIRED' ? judged : unknownCountry();
  const code = judged.value.toUpperCase();
  return isCountry(code) ? { value: code } : unknownCountry();
}

function unknownCountry(): Judged<string> {
  return { error: userError('COUNTRY_UNKNOWN', 'country') };
}

// Deliberately looser than RFC 5321: only a message proves an address. What is refused here cannot be one.
const localPart = /^[^\s\p{C}@"(),:;<>[\]\\.]+(?:\.[^\s\p{C}@"(),:;<>[\]\\.]+)*$/u;
const domainLabel = /^[\p{L}\p{N}](?:[\p{L}\p{N}\p{M}-]{0,61}[\p{L}\p{N}\p{M}])?$/u;

function readEmail(text: string): Judged<string> {
  // RFC 3696, erratum 1690: an address has at most 254 characters, its local part 64.
  const judged = readText('email', text, 254);
  if (isRefused(judged)) {
    return judged.error.code === 'INVALID_FORMAT' ? { error: userError('EMAIL_INVALID', 'email') } : judged;
  }
  const at = judged.value.lastIndexOf('@');
  const local = judged.value.slice(0, at);
  const domain = judged.value.slice(at + 1).toLowerCase();
  const labels = domain.split('.');
  const valid =
    at > 0 &&
    local.length <= 64 &&
    localPart.test(local) &&
    labels.length > 1 &&
    labels.every((label) => domainLabel.test(label)) &&
    !/^\d+$/.test(labels.at(-1) ?? '');
  return valid ? { value: `${local}@${domain}` } : { error: userError('EMAIL_INVALID', 'email') };
}

function readLocale(text: string): Judged<string> {
  const judged = readText('locale', text, 100);
  if (isRefused(judged)) return judged.error.code === 'REQUIRED' ? judged : invalidLocale();
  try {
    const locale = new Intl.Locale(judged.value);
    // BCP 47 keeps longer primary subtags for later registration; none is registered, so `english` is a mistake.
    return locale.language.length <= 3 ? { value: locale.toString() } : invalidLocale();
  } catch {
    return invalidLocale();
  }
}

function invalidLocale(): Judged<string> {
  return { error: userError('LOCALE_INVALID', 'locale') };
}
