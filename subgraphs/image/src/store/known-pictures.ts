import type { Database } from './database.ts';

const pageSize = 1_000;

/**
 * Notes bytes that no row knows. A row is there before its bytes and goes after them, so these are nobody's: what was put
 * back from a backup, or kept by a process that was believed dead.
 */
export async function adoptPictures(database: Database, hashes: readonly string[]): Promise<number> {
  return database.$executeRaw`
    INSERT INTO pictures (sha256) SELECT unnest(${[...hashes]}::text[]) ON CONFLICT DO NOTHING`;
}

/** The hashes of bytes that images have, page by page. */
export async function* usedPictures(database: Database): AsyncGenerator<string[]> {
  let after = '';
  for (;;) {
    const rows = await database.$queryRaw<{ sha256: string }[]>`
      SELECT sha256 FROM pictures WHERE sha256 > ${after}
      AND EXISTS (SELECT FROM images WHERE images.sha256 = pictures.sha256) ORDER BY sha256 LIMIT ${pageSize}`;
    if (rows.length === 0) return;
    yield rows.map(({ sha256 }) => sha256);
    after = rows.at(-1)?.sha256 ?? '';
  }
}

/** Those of these hashes whose pictures are stored. */
export async function findKnownPictures(database: Database, hashes: string[]): Promise<Set<string>> {
  const rows = await database.$queryRaw<{ sha256: string }[]>`
    SELECT sha256 FROM pictures WHERE sha256 = ANY(${hashes})`;
  return new Set(rows.map(({ sha256 }) => sha256));
}
