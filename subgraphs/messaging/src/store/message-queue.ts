import type { NewMessage } from '../domain/message.ts';
import type { Transaction } from './database.ts';

/** The task that delivers a message, and the one that delivers what somebody waits for: a code. */
export const deliveryTasks = { ordinary: 'deliver-message', urgent: 'deliver-code' } as const;

/**
 * Writes messages and their jobs in one statement of the caller's transaction, so that neither exists without the other.
 * `add_jobs` wakes the workers by NOTIFY when the transaction commits. A job holds the message's id and nothing else.
 */
export async function insertMessages(tx: Transaction, messages: NewMessage[]): Promise<void> {
  if (messages.length === 0) return;
  const rows = JSON.stringify(
    messages.map(({ sealed, ...message }) => ({ ...message, sealed: sealed.toString('base64') })),
  );
  await tx.$queryRaw`
    WITH written AS (
      INSERT INTO messages (id, user_id, operation, channel, recipient, locale, template_version, sealed, urgent, client_id, not_after)
      SELECT m.id, m."userId", m.operation, m.channel, m.recipient, m.locale, m."templateVersion", decode(m.sealed, 'base64'), m.urgent,
             m."clientId", now() + m."lifetimeMs" * interval '1 millisecond'
      FROM json_to_recordset(${rows}::json) AS m(
        id uuid, "userId" uuid, operation text, channel message_channel, recipient text, locale text, "templateVersion" integer, sealed text,
        urgent boolean, "clientId" text, "lifetimeMs" double precision)
      RETURNING id, urgent
    ), specs AS (
      SELECT array_agg(ROW(
        CASE WHEN urgent THEN ${deliveryTasks.urgent}::text ELSE ${deliveryTasks.ordinary}::text END,
        json_build_object('messageId', id), NULL, NULL, NULL, id::text, NULL, NULL
      )::graphile_worker.job_spec) AS list
      FROM written
    )
    SELECT count(*) FROM specs, LATERAL graphile_worker.add_jobs(specs.list)`;
}

/** Queues a waiting message's job anew, to run after a while; the job that is running then ends for good. */
export async function requeue(tx: Transaction, messageId: string, urgent: boolean, delayMs: number): Promise<void> {
  await tx.$queryRaw`
    SELECT count(*) FROM graphile_worker.add_job(
      ${urgent ? deliveryTasks.urgent : deliveryTasks.ordinary}::text, json_build_object('messageId', ${messageId}::text),
      run_at := now() + ${delayMs}::double precision * interval '1 millisecond',
      job_key := ${messageId}::text)`;
}
