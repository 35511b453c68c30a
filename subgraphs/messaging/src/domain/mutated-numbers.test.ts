import { expect, test } from '@jest/globals';
import examples from 'libphonenumber-js/examples.mobile.json' with { type: 'json' };
import {
  type CountryCode,
  getCountries,
  getCountryCallingCode,
  getExampleNumber,
  isValidPhoneNumber,
} from 'libphonenumber-js/max';
import { createRandom, pick } from '../testing/random.ts';
import { judgePhoneNumber, type PhoneNumberJudgement } from './judge-phone-number.ts';
import { createPhonePolicy, lineTypes, type PhoneRule } from './phone-policy.ts';
import { createRecipientHash } from './recipient-hash.ts';
import { noTestNumbers } from './test-numbers.ts';

const seed = Number(process.env.PHONE_SEED ?? 20_261_124);
const count = 2_000;

// Whatever has the form of a number is served: what is refused here is refused for its form alone.
const open = createPhonePolicy({
  rules: lineTypes.map((value): PhoneRule => ({ kind: 'TYPE', value, effect: 'ALLOW' })),
  deniedNumbers: new Set(),
  recipientHash: createRecipientHash(Buffer.alloc(32, 7)),
  testNumbers: noTestNumbers,
});

type Mutate = (text: string, at: number, random: () => number) => string;

const put = (text: string, at: number, what: string, instead = 0) =>
  text.slice(0, at) + what + text.slice(at + instead);
const aDigit = (random: () => number) => String(Math.floor(random() * 10));
/** Zero in Arabic, Persian, Devanagari, Bengali, Thai, full width and mathematical bold. */
const zeros = [0x660, 0x6f0, 0x966, 0x9e6, 0xe50, 0xff10, 0x1d7ce];
const inScript = (zero: number, text: string) =>
  text.replace(/\d/g, (digit) => String.fromCodePoint(zero + Number(digit)));
const marks = ['-', ' ', '.', '/', '(', ')', '–', '\u00a0'];
const invisible = ['\u200b', '\u202e', '\u2066', '\ufeff', '\u00ad'];
const junk = ['a', 'O', 'l', 'я', '中', '😀', ';', ',', '#', '*', '%', '@', 'ext. 5', 'tel:', '<b>', '½', '²', 'Ⅷ'];
const controls = ['\u0000', '\u0007', '\u001b', '\u0085', '\ud800', '\udfff', '\ufffe'];

const mutations: Record<string, Mutate> = {
  dropped: (text, at) => put(text, at, '', 1),
  doubled: (text, at) => put(text, at, text.charAt(at)),
  swapped: (text, at) => put(text, at, text.charAt(at + 1) + text.charAt(at), 2),
  replaced: (text, at, random) => put(text, at, aDigit(random), 1),
  inserted: (text, at, random) => put(text, at, aDigit(random)),
  'cut short': (text, at) => text.slice(0, at),
  'without its plus': (text) => text.replace('+', ''),
  'with another plus': (text, at) => put(text, at, '+'),
  'with zeros before': (text, _, random) => pick(random, ['0', '00', '000', '011', '8~10']) + text,
  'in another script': (text, _, random) => inScript(pick(random, zeros), text),
  'in two scripts': (text, at, random) => inScript(pick(random, zeros), text.slice(0, at)) + text.slice(at),
  punctuated: (text, at, random) => put(text, at, pick(random, marks)),
  'with invisible marks': (text, at, random) => put(text, at, pick(random, invisible)),
  'with junk': (text, at, random) => put(text, at, pick(random, junk)),
  'with a control': (text, at, random) => put(text, at, pick(random, controls)),
  'very long': (text, at, random) => put(text, at, aDigit(random).repeat(50 + random() * 10_000)),
  'many times': (text, _, random) => text.repeat(8 + random() * 1_000),
  'another text': (_, __, random) =>
    String.fromCharCode(...Array.from({ length: 1 + random() * 30 }, () => random() * 0x10000)),
};

/** The digits of a text in ASCII. */
function digitsOf(text: string): string {
  return Array.from(text, (character) => {
    const point = character.codePointAt(0) ?? 0;
    const zero = [0x30, ...zeros].find((first) => point >= first && point < first + 10);
    return zero === undefined ? '' : String(point - zero);
  }).join('');
}

/** Why a number that passed should not have; undefined where it is the one that was typed. */
function faultOf({ phoneNumber, country, rejection }: PhoneNumberJudgement, typed: string): string | undefined {
  const text = typed.replace(/\p{Cf}/gu, '');
  if (rejection !== null) return 'both valid and rejected';
  if (phoneNumber === null || !/^\+[1-9]\d{5,14}$/.test(phoneNumber)) return 'not in E.164 form';
  if (!isValidPhoneNumber(phoneNumber)) return 'not valid in E.164 form';
  if (country !== null && !phoneNumber.startsWith(`+${getCountryCallingCode(country as CountryCode)}`)) {
    return 'not of its country';
  }
  if (!/^\s*[+＋]?[\p{Nd}\p{Pd}\s−./()[\]]+$/u.test(text)) return 'typed with what belongs to no number';
  // Prefixes that are dialled before a number go, and area codes may come: its end is what was typed.
  if (!digitsOf(text).endsWith(phoneNumber.slice(-4))) return 'another number than the one that was typed';
  return undefined;
}

test(`${count} numbers that were mistyped, garbled or forged break nothing, and pass only where they are numbers`, () => {
  const random = createRandom(seed);
  const countries = getCountries().filter((country) => getExampleNumber(country, examples));
  const outcomes: Record<string, number> = {};
  const applied = new Set<string>();
  const faults: unknown[] = [];
  for (let n = 0; n < count; n++) {
    const country = pick(random, countries);
    const example = getExampleNumber(country, examples);
    const forms = [example?.number ?? '', example?.formatInternational() ?? '', example?.formatNational() ?? ''];
    let text = pick(random, forms);
    for (let times = 1 + Math.floor(random() * 3); times > 0; times--) {
      const name = pick(random, Object.keys(mutations));
      text = mutations[name]?.(text, Math.floor(random() * text.length), random) ?? text;
      applied.add(name);
    }
    const judged = judgePhoneNumber({ phoneNumber: text, country: pick(random, [country, country, undefined]) }, open);
    outcomes[judged.rejection ?? 'valid'] = (outcomes[judged.rejection ?? 'valid'] ?? 0) + 1;
    const fault = judged.valid ? faultOf(judged, text) : judged.rejection === null && 'refused for no reason';
    if (fault) faults.push([n, fault, text.slice(0, 60), judged]);
  }
  process.stdout.write(`mutated numbers: ${count}, seed ${seed}; ${JSON.stringify(outcomes)}\n`);
  expect(faults).toEqual([]);
  expect(applied.size).toBe(Object.keys(mutations).length);
  // Were all of them refused, or none, nothing would have been tried.
  expect(outcomes.valid).toBeGreaterThan(count / 20);
  expect(outcomes.valid).toBeLessThan(count / 2);
});
