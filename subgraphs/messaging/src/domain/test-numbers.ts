import type { PhoneNumberType } from './judge-phone-number.ts';

/** Numbers without a subscriber, with one code for all of them: for developers only. */
export interface TestNumbers {
  /** The code that proves any of them. */
  readonly code: string;
  /** Whether an E.164 number is one. They are exempt from every budget and cool-down, and no provider is handed one. */
  isTestNumber(phoneNumber: string): boolean;
}

/** Where a test number belongs; libphonenumber does not know all of them. */
export interface TestNumberPlace {
  readonly country: string;
  readonly type: PhoneNumberType;
}

/**
 * Ranges that the authorities of these countries keep from subscribers, for fiction. Great Britain: Ofcom, "Telephone
 * numbers for use in TV and radio drama". North America: ATIS-0300115, 555-0100 to 555-0199 of every area code, of which
 * Washington's is taken here. Sweden: PTS, "Telefonnummer för användning i böcker och filmer".
 */
const ranges: readonly (TestNumberPlace & { form: RegExp })[] = [
  { country: 'GB', type: 'MOBILE', form: /^\+447700900\d{3}$/ },
  { country: 'US', type: 'FIXED_LINE_OR_MOBILE', form: /^\+120255501\d{2}$/ },
  { country: 'SE', type: 'MOBILE', form: /^\+46701740(60[5-9]|6[1-9]\d)$/ },
];

/** None at all: nobody's numbers are test numbers. */
export const noTestNumbers: TestNumbers = { code: '', isTestNumber: () => false };

/** The reserved ranges, all of them proved by this code. */
export function createTestNumbers(code: string): TestNumbers {
  return { code, isTestNumber: (phoneNumber) => placeOfTestNumber(phoneNumber) !== undefined };
}

/** Those of a process: the reserved ranges in development, and none in production. */
export function testNumbersOf({
  mode,
  testNumberCode,
}: {
  mode: 'production' | 'development';
  testNumberCode: string;
}): TestNumbers {
  return mode === 'development' ? createTestNumbers(testNumberCode) : noTestNumbers;
}

/** The country and kind of a number of the reserved ranges; undefined for any other. */
export function placeOfTestNumber(phoneNumber: string): TestNumberPlace | undefined {
  return ranges.find(({ form }) => form.test(phoneNumber));
}
