import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { expect, test } from '@jest/globals';
import type { CountryCode } from 'libphonenumber-js';
import { getCountryCallingCode } from 'libphonenumber-js/max';
import { openAtrium } from '../support/atrium.ts';
import { dataOf } from '../support/graphql-client.ts';
import { messagesTo } from '../support/inbox.ts';
import { operation } from '../support/operations.ts';
import { sharedSystem } from '../support/test-system.ts';
import { scale } from '../support/tier.ts';

const system = await sharedSystem();
const atrium = openAtrium(system);

const examplesFile = createRequire(import.meta.url).resolve('libphonenumber-js/examples.mobile.json');
const examples = Object.entries(JSON.parse(readFileSync(examplesFile, 'utf8')) as Record<CountryCode, string>).map(
  ([country, national]) => ({
    country: country as CountryCode,
    national,
    international: `+${getCountryCallingCode(country as CountryCode)}${national}`,
  }),
);
// ISO 3166-1 has no code for these places, which have numbers all the same: nobody lives in "AC" or "XK" by it.
const placesWithoutCode = ['AC', 'TA', 'XK'];
// Some share a calling code and an example, and a number belongs to one user.
const countries = examples.filter(
  ({ country, international }, i) =>
    !placesWithoutCode.includes(country) && examples.findIndex((other) => other.international === international) === i,
);

test('real mobile numbers of every part of the world sign up', async () => {
  const count = scale('countries whose numbers sign up', { small: 48, full: countries.length });
  const step = countries.length / count;
  const chosen = Array.from({ length: count }, (_, i) => countries[Math.floor(i * step)]).filter(
    (c) => c !== undefined,
  );
  expect(new Set(chosen.map(({ country }) => country)).size).toBeGreaterThanOrEqual(40);
  const outcomes = await Promise.all(
    chosen.map(async ({ country, international }) => {
      const { user, userErrors } = await atrium.createUser({ name: 'Traveller', phoneNumber: international, country });
      return { country, phoneNumber: user?.phoneNumber, status: user?.phoneVerification?.status, userErrors };
    }),
  );
  expect(outcomes).toEqual(
    chosen.map(({ country, international }) => ({
      country,
      phoneNumber: international,
      status: 'CODE_SENT',
      userErrors: [],
    })),
  );
});

test('a number may be written the national way of the country, with blanks, dashes, brackets or other digits', async () => {
  const ways = [
    { phoneNumber: '(0) 98220-14371', country: 'IN', reads: '+919822014371' },
    { phoneNumber: '०९८२२० १४३७२', country: 'IN', reads: '+919822014372' },
    { phoneNumber: '07400 123457', country: 'GB', reads: '+447400123457' },
    { phoneNumber: '(201) 555-0124', country: 'US', reads: '+12015550124' },
    { phoneNumber: '+49 1512 3456790', country: 'IN', reads: '+4915123456790' },
  ];
  for (const { reads, ...input } of ways) {
    const { user, userErrors } = await atrium.createUser({ name: 'Traveller', ...input });
    expect({ reads: user?.phoneNumber, userErrors }).toEqual({ reads, userErrors: [] });
  }
});

const refused = [
  { what: 'too short', phoneNumber: '12345', country: 'IN', code: 'PHONE_NUMBER_INVALID', field: 'phoneNumber' },
  {
    what: 'a premium number',
    phoneNumber: '+449098790000',
    country: 'GB',
    code: 'PHONE_NUMBER_TYPE_NOT_ALLOWED',
    field: 'phoneNumber',
  },
  {
    what: "another country's number written nationally",
    phoneNumber: '06 12 34 56 79',
    country: 'IN',
    code: 'PHONE_NUMBER_WRONG_COUNTRY',
    field: 'phoneNumber',
  },
  { what: 'letters', phoneNumber: 'abcdefghij', country: 'IN', code: 'INVALID_FORMAT', field: 'phoneNumber' },
  { what: 'an unknown country', phoneNumber: '098765 43219', country: 'XZ', code: 'COUNTRY_UNKNOWN', field: 'country' },
  { what: 'an empty text', phoneNumber: '', country: 'IN', code: 'REQUIRED', field: 'phoneNumber' },
];

test('what no code can be sent to is refused, each for its own reason, and nothing is stored of it', async () => {
  expect(new Set(refused.map(({ code }) => code)).size).toBe(refused.length);
  const before = await atrium.countUsers();
  for (const { what, phoneNumber, country, code, field } of refused) {
    const { user, userErrors } = await atrium.createUser({ name: 'Nobody', phoneNumber, country });
    expect({ what, user, userErrors }).toEqual({
      what,
      user: null,
      userErrors: [{ code, field: ['input', field], message: expect.stringMatching(/\S/) }],
    });
  }
  expect(await atrium.countUsers()).toBe(before);
  for (const to of ['12345', '+449098790000', '+91612345679', '+33612345679', '+919876543219']) {
    expect(await messagesTo(system, to)).toEqual([]);
  }
});

test('a number can be asked about beforehand, and the answer is the one that createUser gives', async () => {
  interface Validation {
    validatePhoneNumber: {
      valid: boolean;
      phoneNumber: string | null;
      rejection: string | null;
      message: string | null;
    };
  }
  for (const { phoneNumber, country, code } of refused) {
    const answer = await atrium.query<Validation>(operation('validate-phone-number'), { phoneNumber, country });
    expect(dataOf(answer).validatePhoneNumber).toMatchObject({
      valid: false,
      rejection: code,
      message: expect.stringMatching(/\. /),
    });
  }
  const answer = await atrium.query<Validation>(operation('validate-phone-number'), {
    phoneNumber: '098765 43210',
    country: 'IN',
  });
  expect(dataOf(answer).validatePhoneNumber).toEqual({
    valid: true,
    phoneNumber: '+919876543210',
    country: 'IN',
    type: 'MOBILE',
    rejection: null,
    message: null,
  });
});
