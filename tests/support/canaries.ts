import { newPhoneNumber } from './phone-numbers.ts';

/** Values that are found again wherever they turn up, and that tell which of them it was. */
export interface Canaries {
  /** A word of letters and digits; `about` says what it was put into. */
  text(about: string): string;
  phoneNumber(): string;
  /** A one-time code, which is looked for as a number by itself. */
  code(code: string): string;
  /** What canaries a text holds: words also in hexadecimal and base64, numbers however they are grouped. */
  foundIn(haystack: string): string[];
  readonly count: number;
}

const species = 'zqcanary';
const form = new RegExp(`${species}(\\d+)q`, 'gi');
const nationalDigits = 10;

/** Hatches them. */
export function createCanaries(): Canaries {
  const about: string[] = [];
  const numbers = new Set<string>();
  const codes = new Set<string>();
  const disguises = disguisesOf(species);

  function foundNumbers(haystack: string): string[] {
    const ungrouped = haystack.replace(/(?<=\d)[ ().\-/\u00a0]+(?=\d)/g, '');
    return (ungrouped.match(/\d{10,}/g) ?? []).flatMap((digits) =>
      Array.from({ length: digits.length - nationalDigits + 1 }, (_, start) =>
        digits.slice(start, start + nationalDigits),
      ).filter((part) => numbers.has(part)),
    );
  }

  return {
    text: (what) => `${species}${about.push(what) - 1}q`,
    phoneNumber() {
      const phoneNumber = newPhoneNumber();
      numbers.add(phoneNumber.slice(-nationalDigits));
      return phoneNumber;
    },
    code(code) {
      codes.add(code);
      return code;
    },
    foundIn(haystack) {
      const words = [...haystack.matchAll(form)].map(([word, index]) => `${word}: ${about[Number(index)]}`);
      const disguised = disguises.filter((disguise) => haystack.includes(disguise));
      const typed = (haystack.match(/(?<![\w.:-])\d{6}(?![\w.:-])/g) ?? []).filter((digits) => codes.has(digits));
      return [...new Set([...words, ...disguised, ...foundNumbers(haystack), ...typed])];
    },
    get count() {
      return about.length + numbers.size + codes.size;
    },
  };
}

/** A word in hexadecimal, and as what base64 makes of it at each of the three places where it may begin. */
function disguisesOf(word: string): string[] {
  return [word, word.toUpperCase()].flatMap((text) => {
    const bytes = Buffer.from(text);
    const base64 = [0, 1, 2].map((offset) =>
      Buffer.concat([Buffer.alloc(offset), bytes])
        .toString('base64')
        .replace(/=+$/, '')
        .slice(Math.ceil((offset * 8) / 6), -1),
    );
    return [bytes.toString('hex'), ...base64];
  });
}
