import { hasControls, toAsciiDigits } from '@atrium/service-kit';
import {
  type CountryCode,
  getCountries,
  isSupportedCountry,
  type NumberType,
  type PhoneNumber,
  parsePhoneNumberFromString,
} from 'libphonenumber-js/max';
import type { PhonePolicy, PlacedNumber } from './phone-policy.ts';
import type { PhoneRejection } from './phone-rejection.ts';
import { placeOfTestNumber, type TestNumbers } from './test-numbers.ts';

/** A kind of line, in libphonenumber's words. */
export type PhoneNumberType = Exclude<NumberType, undefined>;

/** What the form of a number and the policy say of it. */
export interface PhoneNumberJudgement {
  readonly valid: boolean;
  /** E.164. */
  readonly phoneNumber: string | null;
  /** 91 of +91 98765 43210. */
  readonly callingCode: string | null;
  readonly country: string | null;
  readonly type: PhoneNumberType | null;
  readonly rejection: PhoneRejection | null;
}

/** A number as people write it. */
export interface TypedPhoneNumber {
  readonly phoneNumber: string;
  /** The country that a national number is read in. */
  readonly country?: string | null | undefined;
}

/** Longer texts are no phone number, however they are punctuated: E.164 has 15 digits. */
const maxLength = 40;
/** Below this a text is valid in the plan of some small island only, and far likelier cut short. */
const minDigitsOfAnotherCountry = 7;
/** ISO 3166-1 countries without a numbering plan of their own; people may live there with a number from elsewhere. */
const countriesWithoutPlan = new Set(['AQ', 'BV', 'GS', 'HM', 'PN', 'TF', 'UM']);

/**
 * Judges a number as people write it: internationally, or nationally to `country`. It depends on nothing but its
 * arguments, so that asking again later answers the same as long as the policy is the same.
 */
export function judgePhoneNumber(input: TypedPhoneNumber, policy: PhonePolicy): PhoneNumberJudgement {
  const read = readPhoneNumber(input, policy.testNumbers);
  if ('rejection' in read) {
    const { rejection } = read;
    return { valid: false, phoneNumber: null, callingCode: null, country: null, type: null, rejection };
  }
  const { rejection } = policy.decide(read);
  return { valid: rejection === null, ...read, rejection };
}

/** Reads a number by its form and the numbering plans alone. */
export function readPhoneNumber(
  input: TypedPhoneNumber,
  testNumbers: TestNumbers,
): PlacedNumber | { readonly rejection: PhoneRejection } {
  const typed = plainForm(input.phoneNumber.slice(0, 2 * maxLength));
  if (typed === '') return { rejection: 'REQUIRED' };
  if (typed.length > maxLength) return { rejection: 'PHONE_NUMBER_INVALID' };
  if (hasControls(typed) || !/^\+?[\d\s./()[\]-]+$/.test(typed)) return { rejection: 'INVALID_FORMAT' };
  const country = input.country?.trim().toUpperCase();
  if (country !== undefined && !isCountry(country)) return { rejection: 'COUNTRY_UNKNOWN' };

  const parsed = parse(typed, country);
  const placed = parsed && place(parsed, testNumbers);
  if (placed) return placed;
  return {
    rejection: country && fitsAnotherCountry(typed) ? 'PHONE_NUMBER_WRONG_COUNTRY' : 'PHONE_NUMBER_INVALID',
  };
}

function place(parsed: PhoneNumber, testNumbers: TestNumbers): PlacedNumber | undefined {
  const { number: phoneNumber, countryCallingCode: callingCode } = parsed;
  const reserved = testNumbers.isTestNumber(phoneNumber) ? placeOfTestNumber(phoneNumber) : undefined;
  if (reserved) return { phoneNumber, callingCode, country: reserved.country, type: reserved.type };
  const type = parsed.getType() ?? null;
  // libphonenumber finds a type for valid numbers only, and looks for it again to tell whether one is valid.
  if (type === null && !parsed.isValid()) return undefined;
  return { phoneNumber, callingCode, country: parsed.country ?? null, type };
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

/** Whether a number without a plus sign, which its country does not have, is one of another country. */
function fitsAnotherCountry(typed: string): boolean {
  if (typed.startsWith('+') || typed.replace(/\D/g, '').length < minDigitsOfAnotherCountry) return false;
  if (parse(`+${typed}`, undefined)?.isValid()) return true;
  return getCountries().some((other: CountryCode) => parse(typed, other)?.isValid());
}
