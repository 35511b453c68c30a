import { createBatcher, newId } from '@atrium/service-kit';
import type { DeveloperInbox, InboxArrival, InboxMessage, InboxState, InboxWriter } from '../domain/developer-inbox.ts';
import type { Database } from './database.ts';
import { Prisma } from './generated/client.ts';

/** The channel on which PostgreSQL tells of arrivals. */
export const inboxChannel = 'developer_inbox';

const stateColumns = Prisma.sql`m.id::text AS "messageId", m.status::text AS status, m.attempts, m.failure`;
const columns = Prisma.sql`i.id::text AS id, i."to", i.channel::text AS channel, i.operation, i.locale, i.subject, i.body,
  i.html, i.code, i.arrived, i.created_at AS "createdAt", ${stateColumns}`;

/** Reads the developer inbox. */
export function createDeveloperInbox(database: Database): DeveloperInbox {
  return {
    find({ to, operation, after, all }) {
      const conditions = [
        all ? Prisma.sql`true` : Prisma.sql`i.arrived`,
        ...(to === undefined ? [] : [Prisma.sql`i."to" = ${to}`]),
        ...(operation === undefined ? [] : [Prisma.sql`i.operation = ${operation}`]),
        ...(after === undefined ? [] : [Prisma.sql`i.id > ${after}::uuid`]),
      ];
      return database.$queryRaw<InboxMessage[]>`
        SELECT ${columns} FROM developer_inbox i JOIN messages m ON m.id = i.message_id
        WHERE ${Prisma.join(conditions, ' AND ')} ORDER BY i.id DESC LIMIT 100`;
    },

    findStates() {
      return database.$queryRaw<InboxState[]>`
        SELECT ${stateColumns} FROM developer_inbox i JOIN messages m ON m.id = i.message_id ORDER BY i.id DESC LIMIT 100`;
    },
  };
}

/** Writes what is handed over at once as one statement. */
export function createInboxWriter(database: Database): InboxWriter {
  const write = createBatcher((arrivals: (InboxArrival & { arrived: boolean })[]) => insert(database, arrivals), {
    maxSize: 250,
  });
  return {
    arrive: (message) => write({ ...message, arrived: true }),
    keepAway: (message) => write({ ...message, arrived: false }),
  };
}

async function insert(database: Database, arrivals: (InboxArrival & { arrived: boolean })[]): Promise<undefined[]> {
  const rows = JSON.stringify(arrivals.map((message) => ({ ...message, inboxId: newId() })));
  // Made from the messages' own rows, so that nothing arrives for a user who is erased meanwhile.
  await database.$queryRaw`
    WITH living AS (
      SELECT id, channel, operation, locale FROM messages WHERE id = ANY(${arrivals.map(({ id }) => id)}::uuid[])
      ORDER BY id FOR KEY SHARE
    ), arrived AS (
      INSERT INTO developer_inbox AS known (id, message_id, "to", channel, operation, locale, subject, body, html, code, arrived)
      SELECT DISTINCT ON (l.id)
        a."inboxId", l.id, a."to", l.channel, l.operation, l.locale, a.subject, a.body, a.html, a.code, a.arrived
      FROM json_to_recordset(${rows}::json) AS a(
        "inboxId" uuid, id uuid, "to" text, subject text, body text, html text, code text, arrived boolean)
      JOIN living l ON l.id = a.id
      ORDER BY l.id, a.arrived DESC, a."inboxId"
      ON CONFLICT (message_id) DO UPDATE SET id = excluded.id, arrived = true, created_at = now()
        WHERE excluded.arrived AND NOT known.arrived
      RETURNING id
    )
    SELECT count(pg_notify(${inboxChannel}, id::text)) FROM arrived`;
  return arrivals.map(() => undefined);
}
