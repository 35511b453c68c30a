import { hasControls, toAsciiDigits } from '@atrium/service-kit';
import {
  type CountryCode,
  getCountries,
  isSupportedCountry,
  type NumberType,
  type PhoneNumber,
  parsePhoneNumberFromString,
} from 'libphonenumber-js/max';
import type { UserErrorCode } from './user-error.ts';

/** A kind of line, in libphonenumber's words. */
export type PhoneNumberType = Exclude<NumberType, undefined>;

/** Which numbers are served. */
export interface PhonePolicy {
  /** A number whose plan does not tell its kind is served as well. */
  readonly allowedTypes: ReadonlySet<PhoneNumberType>;
  readonly deniedCountries: ReadonlySet<string>;
  /** E.164 beginnings: `+88216`. */
  readonly deniedPrefixes: readonly string[];
}

/** What the form of a number and the policy say of it. */
export interface PhoneNumberJudgement {
  readonly valid: boolean;
  /** E.164. */
  readonly phoneNumber: string | null;
  readonly country: string | null;
  readonly type: PhoneNumberType | null;
  readonly rejection: UserErrorCode | null;
}

/** Longer texts are no phone number, however they are punctuated: E.164 has 15 digits. */
const maxLength = 40;
/** Below this a text is valid in the plan of some small island only, and far likelier cut short. */
const minDigitsOfAnotherCountry = 7;
/** ISO 3166-1 countries without a numbering plan of their own; people may live there with a number from elsewhere. */
const countriesWithoutPlan = new Set(['AQ', 'BV', 'GS', 'HM', 'PN', 'TF', 'UM']);

/**
 * Judges a number as people write it: internationally, or nationally to `country`. It depends on nothing but its
 * arguments, so that asking again later answers the same.
 */
export function judgePhoneNumber(
  input: { phoneNumber: string; country?: string | null | undefined },
  policy: PhonePolicy,
): PhoneNumberJudgement {
  const typed = plainForm(input.phoneNumber.slice(0, 2 * maxLength));
  if (typed === '') return rejected('REQUIRED');
  if (typed.length > maxLength) return rejected('PHONE_NUMBER_INVALID');
  if (hasControls(typed) || !/^\+?[\d\s./()[\]-]+$/.test(typed)) return rejected('INVALID_FORMAT');
  const country = input.country?.trim().toUpperCase();
  if (country !== undefined && !isCountry(country)) return rejected('COUNTRY_UNKNOWN');

  const parsed = parse(typed, country);
  const type = parsed?.getType() ?? null;
  // libphonenumber finds a type for valid numbers only, and looks for it again to tell whether one is valid.
  if (parsed && (type !== null || parsed.isValid())) return judgeByPolicy(parsed, type, policy);
  const rejection = country && fitsAnotherCountry(typed) ? 'PHONE_NUMBER_WRONG_COUNTRY' : 'PHONE_NUMBER_INVALID';
  return rejected(rejection);
}

/** Whether ISO 3166-1 or a numbering plan knows the country. */
export function isCountry(code: string): boolean {
  return isSupportedCountry(code) || countriesWithoutPlan.has(code);
}

/** Digits, plus sign and dashes of any script as ASCII, without the invisible marks that address books add. */
function plainForm(text: string): string {
  return toAsciiDigits(text)
    .replace(/\p{Cf}/gu, '')
    .replace(/\p{Pd}|\u2212/gu, '-')
    .replace(/\uff0b/g, '+')
    .trim();
}

function parse(typed: string, country: string | undefined): PhoneNumber | undefined {
  const defaultCountry = country && isSupportedCountry(country) ? country : undefined;
  return parsePhoneNumberFromString(typed, { ...(defaultCountry ? { defaultCountry } : {}), extract: false });
}

function judgeByPolicy(parsed: PhoneNumber, type: PhoneNumberType | null, policy: PhonePolicy): PhoneNumberJudgement {
  const { number, country } = parsed;
  const known = { phoneNumber: number, country: country ?? null, type };
  const blocked =
    (country !== undefined && policy.deniedCountries.has(country)) ||
    policy.deniedPrefixes.some((prefix) => number.startsWith(prefix));
  if (blocked) return { ...known, valid: false, rejection: 'PHONE_NUMBER_BLOCKED' };
  // A number of no country belongs to a satellite or a machine network, where a message costs dollars.
  const served = country !== undefined && (type === null || policy.allowedTypes.has(type));
  return { ...known, valid: served, rejection: served ? null : 'PHONE_NUMBER_TYPE_NOT_ALLOWED' };
}

/** Whether a number without a plus sign, which its country does not have, is one of another country. */
function fitsAnotherCountry(typed: string): boolean {
  if (typed.startsWith('+') || typed.replace(/\D/g, '').length < minDigitsOfAnotherCountry) return false;
  if (parse(`+${typed}`, undefined)?.isValid()) return true;
  return getCountries().some((other: CountryCode) => parse(typed, other)?.isValid());
}

function rejected(rejection: UserErrorCode): PhoneNumberJudgement {
  return { valid: false, phoneNumber: null, country: null, type: null, rejection };
}
