import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { describe, expect, test } from '@jest/globals';
import { type CountryCode, parsePhoneNumberFromString } from 'libphonenumber-js/max';
import { judgePhoneNumber } from './judge-phone-number.ts';
import { createPhonePolicy, type PhoneRule } from './phone-policy.ts';
import { createRecipientHash } from './recipient-hash.ts';
import { createTestNumbers } from './test-numbers.ts';

const recipientHash = createRecipientHash(Buffer.alloc(32, 7));
const policyOf = (rules: PhoneRule[]) =>
  createPhonePolicy({ rules, deniedNumbers: new Set(), recipientHash, testNumbers: createTestNumbers('000000') });
const allowed: PhoneRule[] = ['MOBILE', 'FIXED_LINE_OR_MOBILE', 'UNKNOWN'].map((value) => ({
  kind: 'TYPE',
  value,
  effect: 'ALLOW',
}));
const policy = policyOf([
  ...allowed,
  { kind: 'COUNTRY', value: 'KP', effect: 'DENY' },
  { kind: 'PREFIX', value: '+4478', effect: 'DENY' },
]);
const judge = (phoneNumber: string, country?: string) => judgePhoneNumber({ phoneNumber, country }, policy);

const examplesFile = createRequire(import.meta.url).resolve('libphonenumber-js/examples.mobile.json');
const examples: Record<string, string> = JSON.parse(readFileSync(examplesFile, 'utf8'));

describe('judgePhoneNumber', () => {
  test('a mobile number of every country is valid, written internationally or nationally', () => {
    const open = policyOf(allowed);
    const countries = Object.keys(examples) as CountryCode[];
    expect(countries.length).toBeGreaterThan(240);
    for (const country of countries) {
      const number = parsePhoneNumberFromString(examples[country] ?? '', country);
      const forms = [number?.format('INTERNATIONAL'), number?.format('NATIONAL'), number?.number, examples[country]];
      for (const phoneNumber of forms) {
        const judgement = judgePhoneNumber({ phoneNumber: phoneNumber ?? '', country }, open);
        expect([country, phoneNumber, judgement.rejection, judgement.phoneNumber]).toEqual([
          country,
          phoneNumber,
          null,
          number?.number,
        ]);
      }
    }
  });

  test.each([
    '098765 43210',
    '+91 98765 43210',
    '+91\u00a098765\u00a043210',
    '(098765) 43210',
    '98765–43210',
    '०९८७६५ ४३२१०',
    '٠٩٨٧٦٥٤٣٢١٠',
    '＋９１ ９８７６５ ４３２１０',
    '\u202a+919876543210\u202c',
    '919876543210',
    '00919876543210',
  ])('%s is read as people write it', (typed) => {
    expect(judge(typed, 'in')).toEqual({
      valid: true,
      phoneNumber: '+919876543210',
      callingCode: '91',
      country: 'IN',
      type: 'MOBILE',
      rejection: null,
    });
  });

  test.each([
    ['an empty text', '', 'IN', 'REQUIRED'],
    ['white space', ' \u00a0 ', 'IN', 'REQUIRED'],
    ['a number cut short', '12345', 'IN', 'PHONE_NUMBER_INVALID'],
    ['a number that is too long', '9876543210987654321', 'IN', 'PHONE_NUMBER_INVALID'],
    ['an endless text', '9'.repeat(10_000), 'IN', 'PHONE_NUMBER_INVALID'],
    ['an international number that no plan has', '+91 12345', 'IN', 'PHONE_NUMBER_INVALID'],
    ['a national number without a country', '098765 43210', undefined, 'PHONE_NUMBER_INVALID'],
    ['letters', 'abcdef', 'IN', 'INVALID_FORMAT'],
    ['a vanity number', '1-800-FLOWERS', 'US', 'INVALID_FORMAT'],
    ['an extension', '+1 201 555 0123 ext. 9', 'US', 'INVALID_FORMAT'],
    ['a NUL character', '98765\u000043210', 'IN', 'INVALID_FORMAT'],
    ['half a character', '98765\ud80043210', 'IN', 'INVALID_FORMAT'],
    ['two plus signs', '++919876543210', 'IN', 'INVALID_FORMAT'],
    ['a number of another country written nationally', '06 12 34 56 78', 'IN', 'PHONE_NUMBER_WRONG_COUNTRY'],
    ['another one', '098765 43210', 'US', 'PHONE_NUMBER_WRONG_COUNTRY'],
    ['an international number without its plus sign', '447400123456', 'IN', 'PHONE_NUMBER_WRONG_COUNTRY'],
    ['an unknown country', '098765 43210', 'ZZ', 'COUNTRY_UNKNOWN'],
    ['an unknown country beside an international number', '+919876543210', 'India', 'COUNTRY_UNKNOWN'],
    ['a blank country', '+919876543210', '', 'COUNTRY_UNKNOWN'],
    ['a premium number', '+1 900 234 5678', 'US', 'PHONE_NUMBER_TYPE_NOT_ALLOWED'],
    ['a fixed line', '+91 22 2345 6789', 'IN', 'PHONE_NUMBER_TYPE_NOT_ALLOWED'],
    ['a toll-free number', '0800 1111 112', 'GB', 'PHONE_NUMBER_TYPE_NOT_ALLOWED'],
    ['a number of no country', '+881 612 345 678', 'IN', 'PHONE_NUMBER_TYPE_NOT_ALLOWED'],
    ['a denied country', '+850 192 123 4567', 'IN', 'PHONE_NUMBER_BLOCKED'],
    ['a denied prefix', '+44 7812 345678', 'GB', 'PHONE_NUMBER_BLOCKED'],
  ])('%s is refused with a code of its own', (_, typed, country, rejection) => {
    expect(judge(typed, country)).toMatchObject({ valid: false, rejection });
  });

  test('a person may live in one country and hold a number of another', () => {
    expect(judge('+44 7400 123456', 'IN')).toMatchObject({ valid: true, country: 'GB', phoneNumber: '+447400123456' });
    expect(judge('+44 7400 123456', 'AQ')).toMatchObject({ valid: true, country: 'GB' });
  });

  test('a refused number still says what it is', () => {
    expect(judge('+1 900 234 5678')).toMatchObject({
      phoneNumber: '+19002345678',
      country: 'US',
      type: 'PREMIUM_RATE',
    });
  });
});
