import type { Connection } from '../client.ts';
import { Prisma } from '../generated/client.ts';
import { type Keyword, maxBegun } from './tiers.ts';

/** The words of a search, folded by the very function that folds names, with words of users that come near. */
export async function readSearch(connection: Connection, search: string): Promise<Keyword[]> {
  return connection.$queryRaw<Keyword[]>(Prisma.sql`
    SELECT keyword.word, is_unspaced(keyword.word) AS unspaced,
      ARRAY(
        SELECT known.word FROM search_vocabulary AS known
        WHERE typo_variants(ltrim(known.word, '@')) && typo_variants(keyword.word)
          AND ltrim(known.word, '@') <> keyword.word
      ) AS alike,
      ARRAY(
        SELECT known.word FROM unnest(ARRAY[keyword.word, '@' || keyword.word]) AS beginning (word)
        CROSS JOIN LATERAL (
          SELECT word FROM search_vocabulary
          -- Up to the last character of Unicode.
          WHERE word > beginning.word COLLATE "C" AND word < beginning.word || chr(1114111) COLLATE "C"
          ORDER BY word LIMIT ${maxBegun + 1}
        ) AS known
      ) AS begun
    FROM (SELECT DISTINCT unnest(search_words(${search}::text)) COLLATE "C" AS word) AS keyword`);
}
