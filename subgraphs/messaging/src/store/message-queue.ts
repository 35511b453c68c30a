import type { NewMessage } from '../domain/message.ts';
import type { Transaction } from './database.ts';
import { Prisma } from './generated/client.ts';

/**
 * The tasks that deliver messages. What somebody waits for, a code, never stands behind what nobody does, nor one channel
 * behind the other, whose provider may be slow: each has a task, and each task a lane of the worker.
 */
export const deliveryTasks = ['deliver-sms-urgent', 'deliver-sms', 'deliver-email-urgent', 'deliver-email'] as const;

/**
 * What a statement selects from to give messages their jobs, one row for each job. `messages` names a table of its own
 * with `id`, `channel` and `urgent`, and with `run_at` where they are not due yet. A job's key is its message's id, so that
 * a message never has two; it holds that id and nothing else.
 */
export function addedJobs(messages: string, due: 'now' | 'at run_at' = 'now'): Prisma.Sql {
  const runAt = due === 'now' ? Prisma.sql`NULL` : Prisma.sql`run_at`;
  return Prisma.sql`(
      SELECT array_agg(ROW(
        'deliver-' || lower(channel::text) || CASE WHEN urgent THEN '-urgent' ELSE '' END,
        json_build_object('messageId', id), NULL, ${runAt}, NULL, id::text, NULL, NULL
      )::graphile_worker.job_spec) AS list
      FROM ${Prisma.raw(messages)}
    ) AS specs, LATERAL graphile_worker.add_jobs(specs.list) AS job`;
}

/**
 * Writes messages and their jobs in one statement of the caller's transaction, so that neither exists without the other.
 * `add_jobs` wakes the workers by NOTIFY when the transaction commits.
 */
export async function insertMessages(tx: Transaction, messages: NewMessage[]): Promise<void> {
  if (messages.length === 0) return;
  const rows = JSON.stringify(
    messages.map(({ sealed, ...message }) => ({ ...message, sealed: sealed.toString('base64') })),
  );
  await tx.$queryRaw`
    WITH written AS (
      INSERT INTO messages (id, user_id, operation, channel, recipient, country, locale, template_version, sealed, urgent, client_id, not_after)
      SELECT m.id, m."userId", m.operation, m.channel, m.recipient, m.country, m.locale, m."templateVersion", decode(m.sealed, 'base64'), m.urgent,
             m."clientId", now() + m."lifetimeMs" * interval '1 millisecond'
      FROM json_to_recordset(${rows}::json) AS m(
        id uuid, "userId" uuid, operation text, channel message_channel, recipient text, country text, locale text, "templateVersion" integer, sealed text,
        urgent boolean, "clientId" text, "lifetimeMs" double precision)
      RETURNING id, channel, urgent
    )
    SELECT count(*) FROM ${addedJobs('written')}`;
}
