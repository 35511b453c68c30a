import { Prisma } from './generated/client.ts';

/** `locked`: these users, locked by their ids' order, so that two processes with the same users cannot deadlock. */
export function lockedUsers(ids: readonly string[]): Prisma.Sql {
  return Prisma.sql`locked AS MATERIALIZED (
    SELECT id FROM users WHERE id = ANY (${ids}::uuid[]) ORDER BY id FOR UPDATE
  )`;
}
