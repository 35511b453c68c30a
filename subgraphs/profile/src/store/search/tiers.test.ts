import { expect, test } from '@jest/globals';
import { type Keyword, term, toTiers } from './tiers.ts';

const keyword = (word: string, more: Partial<Keyword> = {}): Keyword => ({
  word,
  unspaced: false,
  alike: [],
  begun: [],
  ...more,
});

test('nothing that stands in a word has a meaning to PostgreSQL', () => {
  expect(term("o'brien\\")).toBe("'o''brien\\\\'");
  expect(term("' | 'x")).toBe("''' | ''x'");
});

test('a word with few that begin so is looked for by these, one with many by its beginning', () => {
  const few = keyword('mari', { begun: ['maria', '@marib'] });
  const many = keyword('mari', { begun: Array.from({ length: 65 }, (_, number) => `mari${number}`) });
  const rankTwo = (one: Keyword, use: 'for the index' | 'for rows') =>
    toTiers([one], use).find(({ rank }) => rank === 2)?.query;
  expect(rankTwo(few, 'for the index')).toBe("('maria' | '@marib')");
  expect(rankTwo(few, 'for rows')).toBe("('mari':* | '@mari':*)");
  expect(rankTwo(many, 'for the index')).toBe("('mari':* | '@mari':*)");
});

test('a short word has no typos, a longer one has one, and a long one two', () => {
  const ranks = (word: string, alike: string[]) =>
    toTiers([keyword(word, { alike })], 'for rows').map(({ rank }) => rank);
  expect(ranks('ali', ['alia'])).toEqual([0, 1, 2]);
  expect(ranks('maria', ['@mara'])).toEqual([0, 1, 2, 3]);
  expect(ranks('maria', ['mra'])).toEqual([0, 1, 2]);
  expect(ranks('krishnamurti', ['krishnmurthy'])).toEqual([0, 1, 2]);
  expect(ranks('krishnamurti', ['krishnamurthi', 'krishnmurthi'])).toEqual([0, 1, 2, 3, 4]);
});

test('of several keywords each must match, and one of them by what its tier adds', () => {
  const [best, second] = toTiers([keyword('asha'), keyword('pune')], 'for rows');
  expect(best?.upTo).toBe("('asha') & ('pune')");
  expect(second?.upTo).toBe("('asha' | '@asha') & ('pune' | '@pune')");
  expect(second?.query).toBe("('asha' | '@asha') & ('pune' | '@pune') & ('@asha' | '@pune')");
});

test('of an unspaced word all neighbours, or all but those of one character', () => {
  const tiers = toTiers([keyword('王小明', { unspaced: true })], 'for the index');
  expect(tiers.map(({ query }) => query)).toEqual([
    "('王小明')",
    "('@王小明')",
    "(('王小' & '小明') | ('@王小' & '@小明'))",
    "((('小明')) | (('@小明')) | (('王小')) | (('@王小')))",
  ]);
});
