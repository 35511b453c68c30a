import { createBatcher, newId } from '@atrium/service-kit';
import type { DeveloperInbox, InboxMessage } from '../domain/developer-inbox.ts';
import type { MessageProvider, SendOutcome } from '../domain/ports.ts';
import type { Database } from './database.ts';
import { Prisma } from './generated/client.ts';

/** The channel on which PostgreSQL tells of arrivals. */
export const inboxChannel = 'developer_inbox';

const columns = Prisma.sql`id::text AS id, "to", channel::text AS channel, operation, locale, subject, body, html, code,
  created_at AS "createdAt"`;

/** Reads the developer inbox. */
export function createDeveloperInbox(database: Database): DeveloperInbox {
  return {
    find({ to, after }) {
      const conditions = [
        Prisma.sql`true`,
        ...(to === undefined ? [] : [Prisma.sql`"to" = ${to}`]),
        ...(after === undefined ? [] : [Prisma.sql`id > ${after}::uuid`]),
      ];
      return database.$queryRaw<InboxMessage[]>`
        SELECT ${columns} FROM developer_inbox WHERE ${Prisma.join(conditions, ' AND ')} ORDER BY id DESC LIMIT 100`;
    },
  };
}

type Arrival = Parameters<MessageProvider['send']>[0];

/**
 * The provider that shows messages to developers instead of sending them. A message arrives once, however often it is
 * handed over.
 */
export function createDeveloperInboxProvider(database: Database): MessageProvider {
  const deliver = createBatcher((arrivals: Arrival[]) => insert(database, arrivals), { maxSize: 250 });
  return { name: 'developer-inbox', idempotent: true, send: (message) => deliver(message) };
}

async function insert(database: Database, arrivals: Arrival[]): Promise<SendOutcome[]> {
  const rows = JSON.stringify(arrivals.map((message) => ({ ...message, inboxId: newId() })));
  // Made from the messages' own rows, so that nothing arrives for a user who is erased meanwhile.
  await database.$queryRaw`
    WITH living AS (
      SELECT id, channel, operation, locale FROM messages WHERE id = ANY(${arrivals.map(({ id }) => id)}::uuid[])
      ORDER BY id FOR KEY SHARE
    ), arrived AS (
      INSERT INTO developer_inbox (id, message_id, "to", channel, operation, locale, subject, body, html, code)
      SELECT a."inboxId", l.id, a."to", l.channel, l.operation, l.locale, a.subject, a.body, a.html, a.code
      FROM json_to_recordset(${rows}::json) AS a(
        "inboxId" uuid, id uuid, "to" text, subject text, body text, html text, code text)
      JOIN living l ON l.id = a.id
      ORDER BY a."inboxId"
      ON CONFLICT (message_id) DO NOTHING
      RETURNING id
    )
    SELECT count(pg_notify(${inboxChannel}, id::text)) FROM arrived`;
  return arrivals.map(() => ({ kind: 'accepted', providerMessageId: null }));
}
