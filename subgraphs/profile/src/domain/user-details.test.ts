import { toAsciiDigits } from '@atrium/service-kit';
import { expect, test } from '@jest/globals';
import { isCountry } from './countries.ts';
import { readUserDetails } from './user-details.ts';

const judged = (field: string, value: string) => {
  const { details, errors } = readUserDetails({ [field]: value });
  return errors[0]?.code ?? Object.values(details)[0];
};

test('every country that people live in is known, and no other', () => {
  const codes = Array.from({ length: 26 * 26 }, (_, index) =>
    String.fromCharCode(65 + Math.floor(index / 26), 65 + (index % 26)),
  );
  // 249 of ISO 3166-1, and Kosovo, Ascension and Tristan da Cunha, which have telephone numbers of their own.
  expect(codes.filter(isCountry)).toHaveLength(252);
  for (const code of ['AQ', 'BV', 'GS', 'HM', 'PN', 'TF', 'UM', 'XK']) expect(isCountry(code)).toBe(true);
  for (const code of ['UK', 'XX', 'EU', 'SU', 'ZZ']) expect(isCountry(code)).toBe(false);
});

test.each([
  ['asha@example.com', 'asha@example.com'],
  [' Asha.Rao+app@Example.CO.IN ', 'Asha.Rao+app@example.co.in'],
  ['आशा@उदाहरण.भारत', 'आशा@उदाहरण.भारत'],
  ['asha', 'EMAIL_INVALID'],
  ['asha@localhost', 'EMAIL_INVALID'],
  ['@example.com', 'EMAIL_INVALID'],
  ['asha@', 'EMAIL_INVALID'],
  ['a..b@example.com', 'EMAIL_INVALID'],
  ['.a@example.com', 'EMAIL_INVALID'],
  ['a@example..com', 'EMAIL_INVALID'],
  ['a@-example.com', 'EMAIL_INVALID'],
  ['a@b@example.com', 'EMAIL_INVALID'],
  ['a@127.0.0.1', 'EMAIL_INVALID'],
  ['a@example.com\nBcc: b@example.com', 'EMAIL_INVALID'],
  [`${'a'.repeat(65)}@example.com`, 'EMAIL_INVALID'],
])('the e-mail address %j is %s', (text, expected) => {
  expect(judged('email', text)).toBe(expected);
});

test.each([
  ['hi', 'hi'],
  ['EN-gb', 'en-GB'],
  ['zh-hant-tw', 'zh-Hant-TW'],
  ['kfr', 'kfr'],
  ['english', 'LOCALE_INVALID'],
  ['e', 'LOCALE_INVALID'],
  ['en-', 'LOCALE_INVALID'],
  ['🙂', 'LOCALE_INVALID'],
])('the language tag %j is %s', (text, expected) => {
  expect(judged('locale', text)).toBe(expected);
});

test('digits of every script are read by their value', () => {
  expect(toAsciiDigits('٠١٢۳४৫੬૭୮௯')).toBe('0123456789');
  expect(toAsciiDigits('𝟘𝟙𝟚０９')).toBe('01209');
});
