import { typosBetween } from './typos.ts';

/** A word of a search, folded as the search terms of users are. */
export interface Keyword {
  readonly word: string;
  /** Of a script without spaces between words, which is searched by its characters. */
  readonly unspaced: boolean;
  /** Words of users that may differ from it by a typo, those of locations with an @ before them. */
  readonly alike: readonly string[];
  /** In the same way words that begin with it and go on; where there are more than `maxBegun`, not all of them. */
  readonly begun: readonly string[];
}

/** Users who match a search about equally well. */
export interface Tier {
  /** 0 is best. Cursors name it, so its meaning stays. */
  readonly rank: number;
  /** A tsquery that all users of this tier match, and as few others as can be. */
  readonly query: string;
  /** One that exactly the users of this tier and all better ones match. */
  readonly upTo: string;
}

/** How well a word of a user fits a keyword, best first. What fits less is noise, and matches nothing. */
const fits: ((keyword: Keyword, use: 'for the index' | 'for rows') => string[])[] = [
  // The word of a name itself.
  ({ word }) => [term(word)],
  // The word of a location itself.
  ({ word }) => [term(`@${word}`)],
  // A word that begins so, or an unspaced one that holds all of it.
  (keyword, use) =>
    keyword.unspaced ? places((mark) => pairs([...keyword.word], mark)) : begunBy(keyword, use === 'for the index'),
  // A word with one typo.
  (keyword) => (keyword.unspaced ? oneOff([...keyword.word]) : alikeBy(keyword, 1)),
  // A long word with two.
  (keyword) => (keyword.unspaced ? [] : alikeBy(keyword, 2)),
];

/** Of the many words that may be alike to a short one, so many are looked for, the most alike first. */
const maxAlike = 64;

/** A word that begins a few others stands for each of these: the index finds them sooner than all that begin so. */
export const maxBegun = 64;

/**
 * The tiers of a search, best first. Of several keywords all must match, and the one that fits worst decides. Tiers
 * without anybody of their own are left out. Queries for rows that are at hand are short, those for the index precise.
 */
export function toTiers(keywords: readonly Keyword[], use: 'for the index' | 'for rows'): Tier[] {
  const tiers: Tier[] = [];
  const collected = keywords.map((): string[] => []);
  for (const [rank, fit] of fits.entries()) {
    const added = keywords.map((keyword) => fit(keyword, use));
    for (const [place, terms] of added.entries()) collected[place]?.push(...terms);
    if (added.every((terms) => terms.length === 0)) continue;
    const upTo = collected.map(either).join(' & ');
    // Somebody who is in no better tier needs what this one adds: rare words, often, where the others may be common.
    const query = keywords.length > 1 ? `${upTo} & ${either(added.flat())}` : either(added.flat());
    tiers.push({ rank, query, upTo });
  }
  return tiers;
}

function either(terms: readonly string[]): string {
  return `(${terms.join(' | ')})`;
}

/** A lexeme as a tsquery writes it. */
export function term(lexeme: string): string {
  return `'${lexeme.replaceAll('\\', '\\\\').replaceAll("'", "''")}'`;
}

/** In names, and with a mark in locations. */
function places(inPlace: (mark: string) => string): string[] {
  return ['', '@'].map(inPlace).filter((query) => query !== '');
}

/** Every pair of neighbours; where there is one character only, that one. */
function pairs(characters: readonly string[], mark: string): string {
  const found = characters.slice(1).map((character, place) => characters[place] + character);
  const terms = (found.length > 0 ? found : characters).map((pair) => term(mark + pair));
  return terms.length > 0 ? `(${terms.join(' & ')})` : '';
}

/** Three or more characters of which one is another: the pairs before it and those after it. */
function oneOff(characters: readonly string[]): string[] {
  if (characters.length < 3) return [];
  return characters.flatMap((_, wrong) => {
    const sides = [characters.slice(0, wrong), characters.slice(wrong + 1)].filter((side) => side.length > 1);
    return sides.length === 0 ? [] : places((mark) => `(${sides.map((side) => pairs(side, mark)).join(' & ')})`);
  });
}

/** The vocabulary knows words from three characters on. */
function begunBy({ word, begun }: Keyword, precise: boolean): string[] {
  const isListed = precise && [...word].length > 1 && begun.length <= maxBegun;
  return isListed ? begun.map(term) : places((mark) => `${term(mark + word)}:*`);
}

/** Short words have no typos that tell them from other words. */
function alikeBy({ word, alike }: Keyword, typos: number): string[] {
  const length = [...word].length;
  const allowed = length < 4 ? 0 : length < 8 ? 1 : 2;
  if (typos > allowed) return [];
  return alike
    .filter((other) => typosBetween(word, other.replace('@', ''), allowed) === typos)
    .sort()
    .slice(0, maxAlike)
    .map(term);
}
