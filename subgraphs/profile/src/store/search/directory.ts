import { PublicError } from '@atrium/service-kit';
import type { UserDirectory } from '../../domain/ports.ts';
import type { Position, UserPage, UserSelection } from '../../domain/user-query.ts';
import type { Database } from '../client.ts';
import { Prisma } from '../generated/client.ts';
import { sqlStateOf } from '../rolled-back.ts';
import { boundsOf, boundsWithin, type ListOrder, toListOrder } from './list-order.ts';
import { readSearch } from './read-search.ts';
import { type FoundRow, type Part, readTiers, where } from './read-tiers.ts';
import { type Keyword, term, toTiers } from './tiers.ts';

/** The users in PostgreSQL, listed and searched; `frontSize` is for tests that have few of them. */
export function createUserDirectory(database: Database, { frontSize }: { frontSize?: number } = {}): UserDirectory {
  return {
    findPage: (page) => withinTime(findPage(database, page, frontSize)),
    count: (selection) => withinTime(countUsers(database, selection)),
  };
}

async function findPage(database: Database, page: UserPage, frontSize: number | undefined): Promise<Position[]> {
  const { selection, take } = page;
  const order = toListOrder(page);
  const { search, countries } = selection;
  if (search === undefined && countries !== undefined && order.byName) {
    return (await readCountriesByName(database, page, order, countries)).map((row) => toPosition(page, row));
  }
  const terms = await readTerms(database, selection);
  const rows = terms
    ? await readTiers(database, order, toParts(page, order, terms), { take, frontSize })
    : await readInOrder(database, page, order);
  return rows.map((row) => toPosition(page, row));
}

async function countUsers(database: Database, selection: UserSelection): Promise<number> {
  const terms = await readTerms(database, selection);
  if (terms?.tiers.length === 0) return 0;
  const conditions = [...(terms ? [matches(terms.tiers.at(-1)?.upTo, terms.countries)] : []), ...filters(selection)];
  const [row] = await database.$queryRaw<{ count: number }[]>(Prisma.sql`
    SELECT count(*)::int AS count FROM users ${where(conditions)}`);
  return row?.count ?? 0;
}

/** What users are looked for by in the search index. */
interface Terms {
  /** Best first; empty where nobody can match. */
  readonly tiers: readonly RankedTerms[];
  readonly countries: string | undefined;
}

/** Undefined queries are matched by everybody. */
interface RankedTerms {
  readonly rank: number;
  readonly query: string | undefined;
  readonly upTo: string | undefined;
  /** The same as `query` and `upTo`, for rows that are at hand. */
  readonly rowQuery: string | undefined;
  readonly rowUpTo: string | undefined;
}

/** Undefined where neither a search nor a country has to be looked up in the index. */
async function readTerms(database: Database, { search, countries }: UserSelection): Promise<Terms | undefined> {
  if (search === undefined && countries === undefined) return undefined;
  const inCountries = countries?.map((country) => term(`#${country}`)).join(' | ');
  if (inCountries === '') return { tiers: [], countries: inCountries };
  if (search === undefined) {
    const everybody = { rank: 0, query: undefined, upTo: undefined, rowQuery: undefined, rowUpTo: undefined };
    return { tiers: [everybody], countries: inCountries };
  }
  const keywords = await readSearch(database, search);
  return { tiers: keywords.length === 0 ? [] : rankedTerms(keywords), countries: inCountries };
}

function rankedTerms(keywords: readonly Keyword[]): RankedTerms[] {
  const forRows = toTiers(keywords, 'for rows');
  return toTiers(keywords, 'for the index').map(({ rank, query, upTo }) => {
    const same = forRows.find((tier) => tier.rank === rank);
    return { rank, query, upTo, rowQuery: same?.query, rowUpTo: same?.upTo };
  });
}

function toParts(page: UserPage, { bestFirst, byName }: ListOrder, { tiers, countries }: Terms): Part[] {
  const created = createdWithin(page.selection);
  const conditions = [...withStatus(page.selection), ...(byName ? created : [])];
  const ranked = page.order.field === 'RELEVANCE' ? tiers : tiers.slice(-1).map(allInOne);
  const parts = ranked.flatMap(({ rank, query, rowQuery }, place) => {
    const cursors = boundsWithin(rank, page);
    if (!cursors) return [];
    const better = ranked[place - 1]?.rowUpTo;
    const rest = [...(better === undefined ? [] : [Prisma.sql`NOT search @@ ${better}::tsquery`]), ...conditions];
    return [
      {
        rank,
        inIndex: Prisma.join([matches(query, countries), ...rest], ' AND '),
        inRow: Prisma.join([matches(rowQuery, countries), ...rest], ' AND '),
        bounds: byName ? cursors : [...cursors, ...created],
      },
    ];
  });
  return bestFirst ? parts : parts.reverse();
}

/** In every order but that of relevance all tiers are one. */
function allInOne(last: RankedTerms): RankedTerms {
  return { ...last, query: last.upTo, rowQuery: last.rowUpTo };
}

function matches(query: string | undefined, countries: string | undefined): Prisma.Sql {
  const both = [query, countries].filter((part) => part !== undefined).map((part) => `(${part})`);
  return Prisma.sql`search @@ ${both.join(' & ')}::tsquery`;
}

/** A list without a search is read along the index of its order. */
function readInOrder(database: Database, page: UserPage, { column, orderBy }: ListOrder): Promise<FoundRow[]> {
  return database.$queryRaw<FoundRow[]>(Prisma.sql`
    SELECT id, ${column} AS key, 0 AS rank FROM users
    ${where([...filters(page.selection), ...boundsOf(page)])} ${orderBy} LIMIT ${page.take}`);
}

/** Each country is read along the index of its names, and as much of it as could be on the page. */
function readCountriesByName(
  database: Database,
  page: UserPage,
  { orderBy }: ListOrder,
  countries: readonly string[],
): Promise<FoundRow[]> {
  const conditions = [Prisma.sql`users.country = listed.country`, ...filters(page.selection), ...boundsOf(page)];
  return database.$queryRaw<FoundRow[]>(Prisma.sql`
    SELECT id, name_key AS key, 0 AS rank
    FROM unnest(${[...countries]}::text[]) AS listed (country)
    CROSS JOIN LATERAL (SELECT id, name_key FROM users ${where(conditions)} ${orderBy} LIMIT ${page.take}) AS first
    ${orderBy} LIMIT ${page.take}`);
}

function filters(selection: UserSelection): Prisma.Sql[] {
  return [...withStatus(selection), ...createdWithin(selection)];
}

function withStatus({ statuses }: UserSelection): Prisma.Sql[] {
  return statuses ? [Prisma.sql`phone_status = ANY(${[...statuses]}::phone_verification_status[])`] : [];
}

function createdWithin({ createdFrom, createdBefore }: UserSelection): Prisma.Sql[] {
  return [
    ...(createdFrom ? [Prisma.sql`created_at >= ${createdFrom}::timestamptz`] : []),
    ...(createdBefore ? [Prisma.sql`created_at < ${createdBefore}::timestamptz`] : []),
  ];
}

function toPosition({ order }: UserPage, { id, key, rank }: FoundRow): Position {
  const value = key instanceof Date ? key.toISOString() : key;
  return { id, values: order.field === 'RELEVANCE' ? [rank, value] : [value] };
}

const queryCanceled = '57014';

async function withinTime<T>(answer: Promise<T>): Promise<T> {
  try {
    return await answer;
  } catch (error) {
    if (sqlStateOf(error) !== queryCanceled) throw error;
    throw new PublicError(
      'TIMEOUT',
      'This takes too long. Search for more or longer words, or narrow it by a filter.',
      {
        cause: error,
      },
    );
  }
}
