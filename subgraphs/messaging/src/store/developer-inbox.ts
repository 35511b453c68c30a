import { newId } from '@atrium/service-kit';
import type { MessageChannel } from '../domain/message.ts';
import type { MessageProvider } from '../domain/ports.ts';
import type { Database } from './database.ts';
import { Prisma } from './generated/client.ts';

/** The channel on which PostgreSQL tells of arrivals. */
export const inboxChannel = 'developer_inbox';

/** A message as the developer inbox shows it. */
export interface InboxMessage {
  /** In the order of arrival. */
  readonly id: string;
  readonly to: string;
  readonly channel: MessageChannel;
  readonly operation: string;
  readonly locale: string;
  readonly subject: string | null;
  readonly body: string;
  readonly html: string | null;
  readonly code: string | null;
  readonly createdAt: Date;
}

/** Reads what arrived. */
export interface DeveloperInbox {
  /** The newest first, at most 100. */
  find(filter: { to?: string | undefined; after?: string | undefined }): Promise<InboxMessage[]>;
}

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

/** The provider that shows messages to developers instead of sending them. A message arrives once, however often it is handed over. */
export function createDeveloperInboxProvider(database: Database): MessageProvider {
  return {
    name: 'developer-inbox',
    async send(message) {
      const { to, subject, body, html, code } = message;
      // Read from the message's row, so that nothing arrives for a user who is erased meanwhile.
      await database.$queryRaw`
        WITH arrived AS (
          INSERT INTO developer_inbox (id, message_id, "to", channel, operation, locale, subject, body, html, code)
          SELECT ${newId()}::uuid, id, ${to}, channel, operation, locale, ${subject}, ${body}, ${html}, ${code}
          FROM messages WHERE id = ${message.id}::uuid FOR KEY SHARE
          ON CONFLICT (message_id) DO NOTHING
          RETURNING id
        )
        SELECT count(pg_notify(${inboxChannel}, id::text)) FROM arrived`;
      return { kind: 'accepted', providerMessageId: null };
    },
  };
}
