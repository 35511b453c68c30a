import { typosBetween } from './typos.ts';

/** A word of a search, folded as the search terms of users are. */
export interface Keyword {
  readonly word: string;
  /** Of a script without spaces between words, which is searched by its characters. */
  readonly unspaced: boolean;
  /** Words of users that may differ from it by a typo. */
  readonly alike: readonly string[];
}

/** Users who match a search about equally well. */
export interface Tier {
  /** 0 is best. Cursors name it, so its meaning stays. */
  readonly rank: number;
  /** A tsquery for the users of this tier and all better ones, and one for the better ones alone. */
  readonly query: string;
  readonly better: string | undefined;
}

/** How well a word of a user fits a keyword, best first. What fits less is noise, and matches nothing. */
const fits: ((keyword: Keyword) => string[])[] = [
  // The word of a name itself.
  ({ word }) => [term(word)],
  // The word of a location itself.
  ({ word }) => [term(`@${word}`)],
  // A word that begins so, or an unspaced one that holds all of it.
  ({ word, unspaced }) =>
    unspaced ? places((mark) => pairs([...word], mark)) : places((mark) => `${term(mark + word)}:*`),
  // A word with one typo.
  (keyword) => (keyword.unspaced ? oneOff([...keyword.word]) : alikeBy(keyword, 1)),
  // A long word with two.
  (keyword) => (keyword.unspaced ? [] : alikeBy(keyword, 2)),
];

/** Of the many words that may be alike to a short one, so many are looked for, the most alike first. */
const maxAlike = 64;

/**
 * The tiers of a search, best first. Of several keywords all must match, and the one that fits worst decides. Tiers
 * without anybody of their own are left out.
 */
export function toTiers(keywords: readonly Keyword[]): Tier[] {
  const tiers: Tier[] = [];
  const collected = keywords.map((): string[] => []);
  let better: string | undefined;
  for (const [rank, fit] of fits.entries()) {
    const added = keywords.map(fit);
    for (const [place, terms] of added.entries()) collected[place]?.push(...terms);
    if (added.every((terms) => terms.length === 0)) continue;
    const query = collected.map((terms) => `(${terms.join(' | ')})`).join(' & ');
    tiers.push({ rank, query, better });
    better = query;
  }
  return tiers;
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

/** Short words have no typos that tell them from other words. */
function alikeBy({ word, alike }: Keyword, typos: number): string[] {
  const length = [...word].length;
  const allowed = length < 4 ? 0 : length < 8 ? 1 : 2;
  if (typos > allowed) return [];
  return alike
    .filter((other) => typosBetween(word, other, allowed) === typos)
    .sort()
    .slice(0, maxAlike)
    .flatMap((other) => places((mark) => term(mark + other)));
}
