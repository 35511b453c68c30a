import type { Subscriptions } from '../domain/image-event.ts';
import type { Database, Transaction } from './database.ts';
import { tell } from './event-outbox.ts';
import { Prisma } from './generated/client.ts';
import { lockUser } from './user-lock.ts';

/** How many pictures are erased in one transaction, which holds their rows meanwhile. */
const batchSize = 50;

/** Erases all that is known of a user, once for each event; their bytes become doubtful and are erased by a sweep. */
export async function eraseUser(
  database: Database,
  event: { source: string; id: string; userId: string },
  subscriptions: Subscriptions,
): Promise<void> {
  await database.$transaction(async (transaction) => {
    await lockUser(transaction, event.userId, 'exclusive');
    const taken = await transaction.$executeRaw`
      INSERT INTO inbox_events (source, id) VALUES (${event.source}, ${event.id}) ON CONFLICT DO NOTHING`;
    if (taken === 0) return;
    await transaction.$executeRaw`
      INSERT INTO erased_users (user_id) VALUES (${event.userId}::uuid) ON CONFLICT DO NOTHING`;
    await transaction.imageUpload.deleteMany({ where: { ownerId: event.userId } });
    const erased = await transaction.$queryRaw<{ id: string; sha256: string }[]>`
      DELETE FROM images WHERE owner_id = ${event.userId}::uuid RETURNING id::text, sha256`;
    await doubt(transaction, [...new Set(erased.map(({ sha256 }) => sha256))]);
    const images = erased.map(({ id }) => ({ id, ownerId: event.userId }));
    await tell(transaction, subscriptions, 'image.deleted', images);
  });
}

/** Has whoever sweeps look closer at these bytes, to which something has stopped to refer. */
export async function doubt(transaction: Transaction, hashes: string[]): Promise<void> {
  // Rows are locked in the order of their hashes by everyone who locks several, so that nobody waits in a circle.
  await transaction.$executeRaw`
    UPDATE pictures SET may_be_unused = true
    WHERE sha256 IN (SELECT sha256 FROM pictures WHERE sha256 = ANY(${hashes}) ORDER BY sha256 FOR UPDATE)`;
}

/**
 * Erases the bytes that nothing refers to. While a batch is erased its rows are locked, so an upload of the same bytes
 * waits and then stores them anew. Bytes go before their row: a crash in between leaves a row that is looked at again,
 * never a file that nobody knows.
 */
export async function eraseUnusedPictures(
  database: Database,
  eraseBytes: (sha256: string) => Promise<void>,
  only: string | undefined,
): Promise<void> {
  const faults: unknown[] = [];
  let after = '';
  for (;;) {
    const last = await database.$transaction(
      async (transaction) => eraseBatch(transaction, { after, only }, eraseBytes, faults),
      {
        timeout: 30_000,
      },
    );
    if (last === undefined) break;
    after = last;
  }
  if (faults.length > 0) throw new AggregateError(faults, 'some pictures could not be erased');
}

/** Erases one batch of those behind `after`, or `only` this one; answers the last of it, or undefined where there was none. */
async function eraseBatch(
  transaction: Transaction,
  { after, only }: { after: string; only: string | undefined },
  eraseBytes: (sha256: string) => Promise<void>,
  faults: unknown[],
): Promise<string | undefined> {
  const doubtful = await transaction.$queryRaw<{ sha256: string }[]>`
    SELECT sha256 FROM pictures WHERE may_be_unused AND sha256 > ${after} AND (${only ?? null}::text IS NULL OR sha256 = ${only ?? null})
    AND NOT EXISTS (SELECT FROM reservations WHERE reservations.sha256 = pictures.sha256 AND expires_at > now())
    ORDER BY sha256 LIMIT ${batchSize} FOR UPDATE`;
  const hashes = doubtful.map(({ sha256 }) => sha256);
  if (hashes.length === 0) return undefined;
  // Asked again now that the rows are locked: what was committed while this waited counts too.
  const unused = await transaction.$queryRaw<{ sha256: string }[]>`
    SELECT sha256 FROM pictures WHERE sha256 = ANY(${hashes})
    AND NOT EXISTS (SELECT FROM images WHERE images.sha256 = pictures.sha256)
    AND NOT EXISTS (SELECT FROM reservations WHERE reservations.sha256 = pictures.sha256 AND expires_at > now())`;
  const results = await Promise.allSettled(unused.map(({ sha256 }) => eraseBytes(sha256)));
  const gone = unused.filter((_, index) => results[index]?.status === 'fulfilled').map(({ sha256 }) => sha256);
  for (const result of results) if (result.status === 'rejected') faults.push(result.reason);
  await transaction.picture.deleteMany({ where: { sha256: { in: gone } } });
  await transaction.$executeRaw`
    UPDATE pictures SET may_be_unused = false
    WHERE sha256 = ANY(${hashes}) AND EXISTS (SELECT FROM images WHERE images.sha256 = pictures.sha256)`;
  return hashes.at(-1);
}

/** What is forgotten, and when. Events are kept longer than any sender repeats them. */
const lapsing = [
  { table: 'idempotency_keys', lapsed: 'expires_at <= now()' },
  { table: 'outbox_events', lapsed: "created_at < now() - interval '30 days'" },
  { table: 'reservations', lapsed: 'expires_at <= now()' },
  {
    table: 'image_uploads',
    lapsed: 'expires_at <= now() AND (claimed_until IS NULL OR claimed_until <= now())',
  },
  { table: 'erased_users', lapsed: "erased_at < now() - interval '7 days'" },
  { table: 'inbox_events', lapsed: "received_at < now() - interval '30 days'" },
];

/** How many rows are forgotten by one statement. */
const forgetSize = 5_000;

/** Forgets what has lapsed, piece by piece; what another process is forgetting is left to it. */
export async function forgetLapsed(database: Database): Promise<void> {
  for (const { table, lapsed } of lapsing) {
    const rows = Prisma.raw(table);
    const some = Prisma.sql`
      DELETE FROM ${rows} WHERE ctid IN (
        SELECT ctid FROM ${rows} WHERE ${Prisma.raw(lapsed)} LIMIT ${forgetSize} FOR UPDATE SKIP LOCKED
      )`;
    while ((await database.$executeRaw(some)) === forgetSize);
  }
}
