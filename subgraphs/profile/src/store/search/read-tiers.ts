import type { Connection } from '../client.ts';
import { Prisma } from '../generated/client.ts';
import type { ListOrder } from './list-order.ts';

/** One tier of a list, or the part of it that lies within the page. */
export interface Part {
  readonly rank: number;
  /** What makes a row one of this tier, as the index is asked, and as a row that is at hand is judged. */
  readonly inIndex: Prisma.Sql;
  readonly inRow: Prisma.Sql;
  /** Conditions on the columns of the list's order. */
  readonly bounds: readonly Prisma.Sql[];
}

/** A row that was found. */
export interface FoundRow {
  id: string;
  key: Date | string;
  rank: number;
}

/** How many rows from a list's front are looked at before the search index is asked. */
const defaultFrontSize = 1_000;

/**
 * To meet a row by the search index costs so many times as much as to meet it in the order of creation, in which the rows
 * lie on the disk. By name they lie anywhere, too.
 */
const indexCost = 5;

/**
 * Reads parts, one after the other, until `take` rows are found.
 *
 * The search index gives all rows of a tier, in no order: right for rare words, slow for common ones. Of those, a page full
 * stands near the list's front, and the list can be read in its order. Which words are common the front itself tells, so
 * that no estimate of the planner, and no statistics that are out of date, can make a search slow.
 */
export async function readTiers(
  connection: Connection,
  order: ListOrder,
  parts: readonly Part[],
  { take, frontSize = defaultFrontSize }: { take: number; frontSize?: number | undefined },
): Promise<FoundRow[]> {
  const found: FoundRow[] = [];
  let rare: Part[] = [];
  const settleRare = async () => {
    if (rare.length > 0) found.push(...(await readByIndex(connection, order, rare, take - found.length)));
    rare = [];
  };
  for (const sharing of sharingBounds(parts)) {
    const front = await readFront(connection, order, sharing, frontSize);
    for (const part of sharing) {
      const near = front.rows.filter(({ rank }) => rank === part.rank);
      const missing = take - found.length;
      if (near.length >= missing || front.isAll) {
        await settleRare();
        found.push(...near);
      } else {
        const size = Math.ceil((2 * missing * frontSize) / near.length);
        const matches = (near.length / frontSize) * front.users;
        const further =
          size < matches * (order.byName ? 1 : indexCost)
            ? await readFront(connection, order, [part], size)
            : undefined;
        if (further && (further.rows.length >= missing || further.isAll)) {
          await settleRare();
          found.push(...further.rows);
        } else {
          rare.push(part);
        }
      }
      if (found.length >= take) return found.slice(0, take);
    }
  }
  await settleRare();
  return found.slice(0, take);
}

/** Parts in order, those together that begin at the same place of the list. */
function sharingBounds(parts: readonly Part[]): Part[][] {
  const groups: Part[][] = [];
  for (const part of parts) {
    const last = groups.at(-1);
    if (last && part.bounds.length === 0 && last.every(({ bounds }) => bounds.length === 0)) last.push(part);
    else groups.push([part]);
  }
  return groups;
}

interface Front {
  /** Matches of the parts among the first rows. */
  readonly rows: FoundRow[];
  /** Whether the list ends there. */
  readonly isAll: boolean;
  /** About how many users there are. */
  readonly users: number;
}

/** Looks through the first rows of the list. */
async function readFront(
  connection: Connection,
  { column, orderBy }: ListOrder,
  parts: readonly Part[],
  size: number,
): Promise<Front> {
  const bounds = parts[0]?.bounds ?? [];
  const ranks = parts.map(({ rank, inRow }) => Prisma.sql`WHEN ${inRow} THEN ${rank}::int`);
  const rows = await connection.$queryRaw<(Partial<FoundRow> & { scanned: number; users: number })[]>(Prisma.sql`
    WITH front AS MATERIALIZED (
      SELECT id, ${column} AS key, search, phone_status, created_at FROM users ${where(bounds)} ${orderBy} LIMIT ${size}
    ), counted AS (
      SELECT count(*)::int AS scanned, (SELECT reltuples::float8 FROM pg_class WHERE oid = 'users'::regclass) AS users
      FROM front
    ), ranked AS (
      SELECT id, key, CASE ${Prisma.join(ranks, ' ')} END AS rank FROM front
    )
    SELECT counted.scanned, counted.users, ranked.id, ranked.key, ranked.rank
    FROM counted LEFT JOIN ranked ON ranked.rank IS NOT NULL`);
  return {
    rows: rows.filter((row): row is FoundRow & (typeof rows)[number] => row.id != null),
    isAll: (rows[0]?.scanned ?? 0) < size,
    users: rows[0]?.users ?? 0,
  };
}

/** Asks the search index for one part after the other, and for none once enough rows are found. */
async function readByIndex(
  connection: Connection,
  { column, orderBy }: ListOrder,
  parts: readonly Part[],
  take: number,
): Promise<FoundRow[]> {
  // Materialized, so that PostgreSQL finds all matches before it sorts, instead of reading on in the list's order.
  const branches = parts.map(
    ({ rank, inIndex, bounds }) => Prisma.sql`(
      WITH matches AS MATERIALIZED (
        SELECT id, name_key, created_at FROM users ${where([inIndex, ...bounds])}
      )
      SELECT id, ${column} AS key, ${rank}::int AS rank FROM matches ${orderBy} LIMIT ${take}
    )`,
  );
  return connection.$queryRaw<FoundRow[]>(Prisma.sql`
    SELECT * FROM (${Prisma.join(branches, ' UNION ALL ')}) AS parts LIMIT ${take}`);
}

/** All of these, where there are any. */
export function where(conditions: readonly Prisma.Sql[]): Prisma.Sql {
  return conditions.length === 0 ? Prisma.empty : Prisma.sql`WHERE ${Prisma.join([...conditions], ' AND ')}`;
}
