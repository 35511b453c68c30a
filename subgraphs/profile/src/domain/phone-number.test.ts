import { expect, test } from '@jest/globals';
import examples from 'libphonenumber-js/examples.mobile.json' with { type: 'json' };
import { getCountries, getExampleNumber } from 'libphonenumber-js/max';
import { judgePhoneNumberForm, readTypedPhoneNumber } from './phone-number.ts';

test('the mobile number of every country has a form, written internationally or nationally', () => {
  for (const country of getCountries()) {
    const example = getExampleNumber(country, examples);
    if (!example) continue;
    const expected = { phoneNumber: example.number };
    expect([country, judgePhoneNumberForm(example.formatInternational(), country)]).toEqual([country, expected]);
    expect([country, judgePhoneNumberForm(example.formatNational(), country)]).toEqual([country, expected]);
  }
});

test.each([
  ['098765 43210', 'IN', '+919876543210'],
  ['+91 (98765) 43-210', 'US', '+919876543210'],
  ['०९८७६५ ४३२१०', 'IN', '+919876543210'],
  ['+44 7911 123456', 'AQ', '+447911123456'],
  ['07700 900123', 'GB', '+447700900123'],
])('%s of %s is %s', (typed, country, phoneNumber) => {
  expect(judgePhoneNumberForm(typed, country)).toEqual({ phoneNumber });
});

test.each([
  ['12345', 'IN', 'PHONE_NUMBER_INVALID'],
  ['1'.repeat(60), 'IN', 'PHONE_NUMBER_INVALID'],
  ['abcdef', 'IN', 'INVALID_FORMAT'],
  ['1-800-FLOWERS', 'US', 'INVALID_FORMAT'],
  ['06 12 34 56 78', 'IN', 'PHONE_NUMBER_WRONG_COUNTRY'],
  ['06 12 34 56 78', undefined, 'PHONE_NUMBER_INVALID'],
])('%s of %s is no number: %s', (typed, country, rejection) => {
  expect(judgePhoneNumberForm(typed, country)).toEqual({ rejection });
});

test('the invisible marks that address books paste in are no part of a number', () => {
  expect(readTypedPhoneNumber('\u202a+91 98765 43210\u202c')).toEqual({ value: '+91 98765 43210' });
});
