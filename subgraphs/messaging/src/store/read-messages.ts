import type { Page } from '@atrium/service-kit';
import type { Message } from '../domain/message.ts';
import type { Database } from './database.ts';
import { Prisma } from './generated/client.ts';

/** The columns that make a Message. */
export const messageColumns = {
  id: true,
  userId: true,
  operation: true,
  channel: true,
  recipient: true,
  locale: true,
  templateVersion: true,
  status: true,
  attempts: true,
  failure: true,
  createdAt: true,
  sentAt: true,
  deliveredAt: true,
} as const;

/** The messages with these ids, in no order. */
export function findMessagesByIds(database: Database, ids: readonly string[]): Promise<Message[]> {
  return database.message.findMany({ where: { id: { in: [...ids] } }, select: messageColumns });
}

/** One page for each of several users in one query: newest first, or oldest first when the page is read backwards. */
export async function findMessagesOfUsers(
  database: Database,
  userIds: readonly string[],
  page: Page,
  operation: string | undefined,
): Promise<Map<string, Message[]>> {
  const conditions = [
    Prisma.sql`user_id = wanted.id`,
    ...(operation === undefined ? [] : [Prisma.sql`operation = ${operation}`]),
    ...(page.olderThan === undefined ? [] : [Prisma.sql`id < ${page.olderThan}::uuid`]),
    ...(page.newerThan === undefined ? [] : [Prisma.sql`id > ${page.newerThan}::uuid`]),
  ];
  const direction = page.backwards ? Prisma.sql`ASC` : Prisma.sql`DESC`;
  const rows = await database.$queryRaw<Message[]>`
    SELECT m.id::text AS id, m.user_id::text AS "userId", m.operation, m.channel::text AS channel, m.recipient, m.locale,
           m.template_version AS "templateVersion",
           m.status::text AS status, m.attempts, m.failure, m.created_at AS "createdAt", m.sent_at AS "sentAt",
           m.delivered_at AS "deliveredAt"
    FROM unnest(${[...userIds]}::uuid[]) AS wanted(id),
      LATERAL (
        SELECT * FROM messages WHERE ${Prisma.join(conditions, ' AND ')} ORDER BY id ${direction} LIMIT ${page.take}
      ) AS m
    ORDER BY m.id ${direction}`;
  return Map.groupBy(rows, ({ userId }) => userId);
}

/** How many messages each of several users has. */
export async function countMessagesOfUsers(
  database: Database,
  userIds: readonly string[],
  operation: string | undefined,
): Promise<Map<string, number>> {
  const counts = await database.message.groupBy({
    by: ['userId'],
    where: { userId: { in: [...userIds] }, ...(operation === undefined ? {} : { operation }) },
    _count: true,
  });
  return new Map(counts.map(({ userId, _count }) => [userId, _count]));
}
