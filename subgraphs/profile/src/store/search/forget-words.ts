import type { Connection, Database } from '../client.ts';
import { Prisma } from '../generated/client.ts';
import { sqlStateOf } from '../rolled-back.ts';
import { term } from './tiers.ts';

const batchSize = 500;
const lockNotAvailable = '55P03';

/**
 * Forgets words of the vocabulary that no user has any more: what a deleted person was called must not stay there. Words
 * that lost a user are noted by the trigger that sees it; here some of them are looked up. Answers how many were settled.
 */
export async function forgetWords(database: Database): Promise<number> {
  const doubts = await database.$queryRaw<{ id: bigint; word: string }[]>(Prisma.sql`
    SELECT id, word FROM search_vocabulary_doubts ORDER BY id LIMIT ${batchSize}`);
  if (doubts.length === 0) return 0;
  const words = [...new Set(doubts.map(({ word }) => word))];
  // Most words have other users, which is found out without a lock.
  const unused = await database.$transaction((connection) => unusedOf(connection, words));
  if (unused.length > 0 && !(await forget(database, unused))) return 0;
  const settled = doubts.map(({ id }) => id);
  await database.$executeRaw(Prisma.sql`DELETE FROM search_vocabulary_doubts WHERE id = ANY(${settled}::bigint[])`);
  return doubts.length;
}

/**
 * Whoever learns a word holds the table's lock until they commit, so a word that is unused while we hold it comes back only
 * by being learnt again. Writers wait meanwhile: hence few words, and little patience. False where the lock was not had.
 */
async function forget(database: Database, words: readonly string[]): Promise<boolean> {
  try {
    await database.$transaction(async (connection) => {
      await connection.$executeRaw(Prisma.sql`SET LOCAL lock_timeout = '500ms'`);
      await connection.$executeRaw(Prisma.sql`LOCK TABLE search_vocabulary IN SHARE ROW EXCLUSIVE MODE`);
      const unused = await unusedOf(connection, words);
      await connection.$executeRaw(Prisma.sql`DELETE FROM search_vocabulary WHERE word = ANY(${unused}::text[])`);
    });
    return true;
  } catch (error) {
    if (sqlStateOf(error) === lockNotAvailable) return false;
    throw error;
  }
}

async function unusedOf(connection: Connection, words: readonly string[]): Promise<string[]> {
  const queries = words.map(term);
  // The search index tells of one user at once; a scan of the table would have to see all of them for a word of nobody.
  await connection.$executeRaw(Prisma.sql`SET LOCAL enable_seqscan = off`);
  const rows = await connection.$queryRaw<{ word: string }[]>(Prisma.sql`
    SELECT word FROM unnest(${[...words]}::text[], ${queries}::text[]) AS doubted (word, query)
    WHERE NOT EXISTS (SELECT FROM users WHERE search @@ doubted.query::tsquery)`);
  return rows.map(({ word }) => word);
}
