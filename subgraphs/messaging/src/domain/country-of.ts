import { parsePhoneNumberFromString } from 'libphonenumber-js/max';

/** The country that a number in E.164 form belongs to; null where it belongs to none, as a test number does. */
export function countryOf(phoneNumber: string): string | null {
  return parsePhoneNumberFromString(phoneNumber)?.country ?? null;
}
