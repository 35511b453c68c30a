import type { Transaction } from './database.ts';
import { Prisma } from './generated/client.ts';

/** What counts against a recipient at this moment, by the database's clock. */
export interface LockedRecipient {
  readonly recipientHash: Buffer;
  /** Since the last code was queued for them; null where none ever was. */
  readonly sinceCodeMs: number | null;
  /** How long ago their codes were guessed at. */
  readonly guessAgesMs: number[];
}

/**
 * Holds recipients until the transaction ends, so that what is sent to them and guessed at is counted one after the
 * other, and answers what counts against them by then. They are locked in one order, after users and before challenges,
 * here and wherever they are: nobody waits in a circle.
 */
export async function lockRecipients(tx: Transaction, recipientHashes: Buffer[]): Promise<LockedRecipient[]> {
  if (recipientHashes.length === 0) return [];
  const hashes = [...new Set(recipientHashes.map((hash) => hash.toString('base64')))];
  const rows = await tx.$queryRaw<(Omit<LockedRecipient, 'recipientHash'> & { recipientHash: Uint8Array })[]>`
    INSERT INTO recipient_limits AS limits (recipient_hash)
    SELECT decode(hash, 'base64') AS recipient_hash FROM unnest(${hashes}::text[]) AS hash ORDER BY 1
    ON CONFLICT (recipient_hash) DO UPDATE SET touched_at = clock_timestamp()
    RETURNING recipient_hash AS "recipientHash", ${ageMs(Prisma.sql`code_sent_at`)} AS "sinceCodeMs",
      ARRAY(SELECT ${ageMs(Prisma.sql`guess`)} FROM unnest(guesses) AS guess) AS "guessAgesMs"`;
  return rows.map((row) => ({ ...row, recipientHash: Buffer.from(row.recipientHash) }));
}

/** Counts further guesses at locked recipients' codes, and forgets those that the window has left behind. */
export async function addGuesses(
  tx: Transaction,
  guesses: { recipientHash: Buffer; count: number }[],
  windowMs: number,
): Promise<void> {
  if (guesses.length === 0) return;
  await tx.$executeRaw`
    UPDATE recipient_limits limits
    SET guesses = ARRAY(SELECT guess FROM unnest(guesses) AS guess WHERE ${ageMs(Prisma.sql`guess`)} < ${windowMs}::float8)
      || array_fill(clock_timestamp(), ARRAY[added.count])
    FROM unnest(
      ${guesses.map(({ recipientHash }) => recipientHash.toString('base64'))}::text[],
      ${guesses.map(({ count }) => count)}::int[]
    ) AS added (hash, count)
    WHERE limits.recipient_hash = decode(added.hash, 'base64')`;
}

function ageMs(time: Prisma.Sql): Prisma.Sql {
  return Prisma.sql`(extract(epoch FROM clock_timestamp() - ${time}) * 1000)::float8`;
}
