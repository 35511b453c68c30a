import type { Position, UserOrder, UserPage } from '../../domain/user-query.ts';
import { Prisma } from '../generated/client.ts';

/** How the rows of a list are read: along an index, from one end of the list or the other. */
export interface ListOrder {
  readonly byName: boolean;
  /** The column that sorts, before the id. */
  readonly column: Prisma.Sql;
  /** `ORDER BY` as the rows are read. */
  readonly orderBy: Prisma.Sql;
  /** Whether the best matches are read first; matters where the list is ordered by relevance. */
  readonly bestFirst: boolean;
}

/** How a page's rows are read. */
export function toListOrder({ order, backwards }: UserPage): ListOrder {
  const descending = (order.direction === 'DESC') !== backwards;
  const byName = order.field === 'NAME';
  const column = Prisma.raw(byName ? 'name_key' : 'created_at');
  const direction = Prisma.raw(descending ? 'DESC' : 'ASC');
  return {
    byName,
    column,
    orderBy: Prisma.sql`ORDER BY ${column} ${direction}, id ${direction}`,
    bestFirst: descending,
  };
}

/** What the row of a user must fulfil to lie within the page's cursors, as far as the order's columns tell. */
export function boundsOf({ order, after, before }: Pick<UserPage, 'order' | 'after' | 'before'>): Prisma.Sql[] {
  const [later, earlier] = order.direction === 'DESC' ? ['<', '>'] : ['>', '<'];
  return [
    ...(after ? [beyond(order, later as string, after)] : []),
    ...(before ? [beyond(order, earlier as string, before)] : []),
  ];
}

function beyond({ field }: UserOrder, operator: string, { values, id }: Position): Prisma.Sql {
  const key = String(values.at(-1));
  return field === 'NAME'
    ? Prisma.sql`(name_key, id) ${Prisma.raw(operator)} (${key}, ${id}::uuid)`
    : Prisma.sql`(created_at, id) ${Prisma.raw(operator)} (${key}::timestamptz, ${id}::uuid)`;
}

/** Which part of a tier lies within the page's cursors: undefined where none of it does. */
export function boundsWithin(rank: number, page: UserPage): Prisma.Sql[] | undefined {
  const { order, after, before } = page;
  if (order.field !== 'RELEVANCE') return boundsOf(page);
  const isLater = (one: number, other: number) => (order.direction === 'DESC' ? one > other : one < other);
  const afterRank = after ? Number(after.values[0]) : rank;
  const beforeRank = before ? Number(before.values[0]) : rank;
  if (isLater(afterRank, rank) || isLater(rank, beforeRank)) return undefined;
  return boundsOf({
    order,
    after: afterRank === rank ? after : undefined,
    before: beforeRank === rank ? before : undefined,
  });
}
