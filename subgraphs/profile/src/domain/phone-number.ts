import { toAsciiDigits } from '@atrium/service-kit';
import { getCountries, isSupportedCountry, type PhoneNumber, parsePhoneNumberFromString } from 'libphonenumber-js/max';
import { type Judged, readText } from './text.ts';
import type { UserErrorCode } from './user.ts';

/** A phone number as it is typed, fit to be judged: within bounds and without the marks that address books paste in. */
export function readTypedPhoneNumber(text: string): Judged<string> {
  return readText('phoneNumber', text.replace(/\p{Cf}/gu, ''), 100);
}

/** What the form alone says of a number. */
export type PhoneNumberForm = { readonly phoneNumber: string } | { readonly rejection: UserErrorCode };

/**
 * British mobiles that Ofcom keeps from subscribers, and libphonenumber does not know. Messaging has them as test numbers
 * in development, and refuses them elsewhere.
 */
const keptForFiction = /^\+447700900\d{3}$/;

/**
 * Brings a number to E.164 by the numbering plans alone, with the words that Messaging has for the same faults, so
 * that a caller hears the same code whether or not Messaging can be reached. Kinds of line and policy are Messaging's.
 */
export function judgePhoneNumberForm(typed: string, country: string | undefined): PhoneNumberForm {
  const plain = toAsciiDigits(typed)
    .replace(/\p{Pd}|\u2212/gu, '-')
    .replace(/\uff0b/g, '+')
    .trim();
  // E.164 has 15 digits; punctuation does not make more than 40 characters of them.
  if (plain.length > 40) return { rejection: 'PHONE_NUMBER_INVALID' };
  if (!/^\+?[\d\s./()[\]-]+$/.test(plain)) return { rejection: 'INVALID_FORMAT' };
  const parsed = parse(plain, country);
  if (parsed && (parsed.isValid() || keptForFiction.test(parsed.number))) return { phoneNumber: parsed.number };
  const elsewhere = country !== undefined && fitsAnotherCountry(plain);
  return { rejection: elsewhere ? 'PHONE_NUMBER_WRONG_COUNTRY' : 'PHONE_NUMBER_INVALID' };
}

function parse(text: string, country: string | undefined): PhoneNumber | undefined {
  const defaultCountry = country !== undefined && isSupportedCountry(country) ? country : undefined;
  return parsePhoneNumberFromString(text, { ...(defaultCountry ? { defaultCountry } : {}), extract: false });
}

/** Fewer digits are a whole number in the plan of some small island only, and far likelier cut short. */
const minDigitsElsewhere = 7;

function fitsAnotherCountry(plain: string): boolean {
  if (plain.startsWith('+') || plain.replace(/\D/g, '').length < minDigitsElsewhere) return false;
  if (parse(`+${plain}`, undefined)?.isValid()) return true;
  return getCountries().some((other) => parse(plain, other)?.isValid());
}
