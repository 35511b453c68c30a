import { describe, expect, test } from '@jest/globals';
import { parsePhoneNumberFromString } from 'libphonenumber-js/max';
import { makePeople } from './people.ts';

describe('people', () => {
  const people = makePeople(600, 1);
  const share = (holds: (person: (typeof people)[number]) => boolean) => people.filter(holds).length / people.length;

  test('every number is a valid mobile number of its country, as typed too', () => {
    for (const { e164, input } of people) {
      const number = parsePhoneNumberFromString(input.phoneNumber, input.country as 'IN');
      expect(number).toMatchObject({ number: e164, country: input.country });
      expect(number?.isValid()).toBe(true);
      expect(['MOBILE', 'FIXED_LINE_OR_MOBILE']).toContain(number?.getType());
    }
  });

  test('no two people share a number or a key', () => {
    expect(new Set(people.map(({ e164 }) => e164)).size).toBe(people.length);
    expect(new Set(people.map(({ key }) => key)).size).toBe(people.length);
  });

  test('a seed gives the same people each time, and a smaller number of them the first ones', () => {
    expect(makePeople(600, 1)).toEqual(people);
    expect(makePeople(40, 1)).toEqual(people.slice(0, 40));
  });

  test('another seed gives other people', () => {
    const others = new Set(makePeople(600, 2).map(({ e164 }) => e164));
    expect(people.filter(({ e164 }) => others.has(e164)).length).toBeLessThan(3);
  });

  test('names and places stand in many scripts, within the bounds of the graph and without titles', () => {
    const scripts = ['Latin', 'Devanagari', 'Arabic', 'Han', 'Hangul', 'Cyrillic', 'Greek', 'Hebrew', 'Thai'];
    for (const script of scripts) {
      const written = new RegExp(`\\p{Script=${script}}`, 'u');
      expect(people.some(({ input }) => written.test(input.name) && written.test(input.location))).toBe(true);
    }
    for (const { input } of people) {
      expect(input.name.length).toBeLessThanOrEqual(100);
      expect(input.name).toMatch(/^[\p{L}\p{M}'’. -]+$/u);
      expect(() => new Intl.Locale(input.locale)).not.toThrow();
    }
  });

  test('mail goes to nobody: its domains are reserved for examples', () => {
    for (const { input } of people.filter(({ input }) => input.email !== null)) {
      expect(input.email).toMatch(/^[a-z][a-z.]*\d\d@example\.(com|net|org)$/);
    }
  });

  test('four in five prove their number and most have a picture', () => {
    expect(share(({ verifies }) => verifies)).toBeCloseTo(0.8, 1);
    expect(share(({ hasPicture }) => hasPicture)).toBeGreaterThan(0.8);
    expect(share(({ hasPicture }) => hasPicture)).toBeLessThan(1);
    expect(share(({ getsMail }) => getsMail)).toBeGreaterThan(0.05);
  });
});
