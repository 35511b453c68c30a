import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { pick } from './random.ts';

/** What libphonenumber's metadata says of the numbers of one country, or of a network that belongs to none. */
export interface NumberingPlan {
  /** Null for a network that belongs to no country. */
  readonly country: string | null;
  readonly callingCode: string;
  /** How many countries share the calling code. */
  readonly sharedBy: number;
  readonly lines: readonly { readonly type: string; readonly pattern: RegExp; readonly source: string }[];
  /** Whether fixed lines and mobiles have the same numbers; the library takes a plan without mobiles for one as well. */
  readonly fixedIsMobile: boolean;
  /** What is written before national numbers, and is no part of them. */
  readonly nationalPrefix: RegExp | undefined;
  /** What every number of the plan is like. */
  readonly general: RegExp;
}

// The metadata keeps a country as an array; these are places in it, and the order of its kinds of line.
const place = { callingCode: 0, general: 2, nationalPrefix: 5, nationalPrefixWhenRead: 7, lines: 11 } as const;
const types = [
  'FIXED_LINE',
  'MOBILE',
  'TOLL_FREE',
  'PREMIUM_RATE',
  'PERSONAL_NUMBER',
  'VOICEMAIL',
  'UAN',
  'PAGER',
  'VOIP',
  'SHARED_COST',
];

type Entry = readonly unknown[];

const require = createRequire(import.meta.url);

/** Reads the metadata as data, without the library's own code. */
export function readNumberingPlans(): NumberingPlan[] {
  const file = require.resolve('libphonenumber-js/metadata.max.json');
  const metadata: {
    country_calling_codes: Record<string, string[]>;
    countries: Record<string, Entry>;
    nonGeographic: Record<string, Entry>;
  } = JSON.parse(readFileSync(file, 'utf8'));
  const sharedBy = (code: string) => metadata.country_calling_codes[code]?.length ?? 1;
  return [
    ...Object.entries(metadata.countries).map(([country, entry]) => {
      const callingCode = String(entry[place.callingCode]);
      return toPlan(country, callingCode, sharedBy(callingCode), entry);
    }),
    ...Object.entries(metadata.nonGeographic).map(([callingCode, entry]) => toPlan(null, callingCode, 1, entry)),
  ];
}

function toPlan(country: string | null, callingCode: string, sharedBy: number, entry: Entry): NumberingPlan {
  const lines = (entry[place.lines] ?? []) as (readonly [string, number[]?] | 0)[];
  const mobile = lines[1];
  const prefix = entry[place.nationalPrefixWhenRead] || entry[place.nationalPrefix];
  return {
    country,
    callingCode,
    sharedBy,
    general: whole(String(entry[place.general])),
    fixedIsMobile: !mobile || mobile[0] === '',
    nationalPrefix: prefix ? new RegExp(`^(?:${prefix})`) : undefined,
    lines: lines.flatMap((line, index) => {
      const type = types[index];
      if (!line || !type || line[0] === '') return [];
      const [source, lengths] = line;
      const length = lengths ? `(?=(?:${lengths.map((count) => `\\d{${count}}`).join('|')})$)` : '';
      return [{ type, source, pattern: new RegExp(`^${length}(?:${source})$`) }];
    }),
  };
}

function whole(source: string): RegExp {
  return new RegExp(`^(?:${source})$`);
}

/** A text that a metadata pattern matches: alternatives, groups, sets of digits, counts, and nothing else. */
export function sample(source: string, random: () => number): string {
  let at = 0;

  function alternatives(): string {
    const found = [sequence()];
    while (source[at] === '|') {
      at++;
      found.push(sequence());
    }
    return pick(random, found);
  }

  function sequence(): string {
    let text = '';
    while (at < source.length && source[at] !== '|' && source[at] !== ')') text += repeated();
    return text;
  }

  // Each repetition of an atom is a new reading of it, so that \d{3} is three digits and not one thrice.
  function repeated(): string {
    const from = at;
    const first = atom();
    const to = at;
    const [, low, comma, high] = /^\{(\d+)(,)?(\d*)\}/.exec(source.slice(at)) ?? [];
    if (low === undefined) {
      if (source[at] !== '?') return first;
      at++;
      return random() < 0.5 ? first : '';
    }
    at = source.indexOf('}', at) + 1;
    const end = at;
    const most = comma ? Number(high || low) : Number(low);
    const count = Number(low) + Math.floor(random() * (most - Number(low) + 1));
    let text = '';
    for (let n = 0; n < count; n++) {
      at = from;
      text += atom();
      if (at !== to) throw new Error('a pattern was read in two ways');
    }
    at = end;
    return text;
  }

  function atom(): string {
    if (source.startsWith('(?:', at)) {
      at += 3;
      const text = alternatives();
      at++;
      return text;
    }
    if (source.startsWith('\\d', at)) {
      at += 2;
      return String(Math.floor(random() * 10));
    }
    if (source[at] === '[') {
      const end = source.indexOf(']', at);
      const set = source.slice(at + 1, end);
      at = end + 1;
      return pick(random, digitsOf(set));
    }
    return source[at++] ?? '';
  }

  return alternatives();
}

/** The digits of a set such as `02-57`. */
function digitsOf(set: string): string[] {
  return [...'0123456789'].filter((digit) => new RegExp(`[${set}]`).test(digit));
}
