import type { Connection } from '../client.ts';
import { Prisma } from '../generated/client.ts';
import type { Keyword } from './tiers.ts';

/** The words of a search, folded by the very function that folds names, with the words of users that are alike. */
export async function readSearch(connection: Connection, search: string): Promise<Keyword[]> {
  return connection.$queryRaw<Keyword[]>(Prisma.sql`
    SELECT keyword.word, is_unspaced(keyword.word) AS unspaced,
      ARRAY(
        SELECT vocabulary.word FROM search_vocabulary AS vocabulary
        WHERE typo_variants(vocabulary.word) && typo_variants(keyword.word) AND vocabulary.word <> keyword.word
      ) AS alike
    FROM (SELECT DISTINCT unnest(search_words(${search}::text)) COLLATE "C" AS word) AS keyword`);
}
