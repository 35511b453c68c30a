import type { ProviderEvent, ProviderEventStore } from '../domain/provider-event.ts';
import type { Database, Transaction } from './database.ts';

/** What providers told by their webhooks. */
export function createProviderEventStore(database: Database): ProviderEventStore {
  return {
    async now() {
      const [row] = await database.$queryRaw<{ now: Date }[]>`SELECT now() AS now`;
      return row?.now ?? new Date(0);
    },

    async findNew(provider, events) {
      const rows = await database.providerEvent.findMany({
        where: { provider, id: { in: events.map(({ id }) => id) } },
        select: { id: true },
      });
      const taken = new Set(rows.map(({ id }) => id));
      return events.filter(({ id }) => !taken.has(id));
    },

    async take(provider, events) {
      if (events.length === 0) return;
      const ids = events.flatMap(({ messageId }) => messageId ?? []);
      await database.$transaction(async (tx) => {
        // In the order in which workers lock messages. Whoever records that one was sent does so before this, and it is
        // moved here; or after it, and moves it then.
        await tx.$queryRaw`
          SELECT count(*) FROM (SELECT id FROM messages WHERE id = ANY(${ids}::uuid[]) ORDER BY id FOR UPDATE) AS locked`;
        await insert(tx, provider, events);
        await applyProviderEvents(tx, ids);
      });
    },
  };
}

async function insert(tx: Transaction, provider: string, events: ProviderEvent[]): Promise<void> {
  const rows = JSON.stringify(events.map(({ suppress: _, lift: __, ...event }) => event));
  await tx.$executeRaw`
    INSERT INTO provider_events (provider, id, message_id, provider_message_id, outcome, failure)
    SELECT ${provider}, e.id, m.id, e."providerMessageId", e.outcome, e.failure
    FROM json_to_recordset(${rows}::json) AS e(
      id text, "messageId" uuid, "providerMessageId" text, outcome provider_outcome, failure text)
    LEFT JOIN messages m ON m.id = e."messageId"
    WHERE m.id IS NOT NULL OR e."messageId" IS NULL
    ORDER BY e.id
    ON CONFLICT DO NOTHING`;
}

/**
 * Brings these messages to where everything told about them says they are, whatever came first. An attempt that both
 * arrived and failed has failed: a bounce may come after the delivery. One attempt that arrived is enough, also where we
 * had given the message up or were about to try again; a failure counts when it is of the attempt that we go by.
 */
export async function applyProviderEvents(database: Database | Transaction, messageIds: string[]): Promise<void> {
  await database.$executeRaw`
    WITH attempts AS (
      SELECT message_id, provider, provider_message_id, bool_or(outcome = 'FAILED') AS failed, max(failure) AS failure
      FROM provider_events WHERE message_id = ANY(${messageIds}::uuid[]) AND outcome IS NOT NULL
      GROUP BY message_id, provider, provider_message_id
    ), locked AS MATERIALIZED (
      SELECT id, provider, provider_message_id FROM messages
      WHERE id IN (SELECT message_id FROM attempts) ORDER BY id FOR UPDATE
    ), told AS (
      SELECT m.id, bool_or(NOT a.failed) AS delivered,
             min(a.provider) FILTER (WHERE NOT a.failed) AS provider,
             max(a.failure) FILTER (WHERE a.provider = m.provider
               AND starts_with(a.provider_message_id, COALESCE(m.provider_message_id, ''))) AS failure
      FROM locked m JOIN attempts a ON a.message_id = m.id GROUP BY m.id
    )
    UPDATE messages m
    SET status = CASE WHEN told.delivered THEN 'DELIVERED' ELSE 'FAILED' END::message_status,
        failure = CASE WHEN told.delivered THEN NULL ELSE told.failure END,
        delivered_at = CASE WHEN told.delivered THEN now() END,
        failed_at = CASE WHEN told.delivered THEN NULL ELSE now() END,
        doubtful = false,
        sent_at = COALESCE(m.sent_at, now()),
        provider = COALESCE(m.provider, told.provider),
        sealed = NULL
    FROM told
    WHERE m.id = told.id
      AND CASE WHEN told.delivered THEN m.status NOT IN ('DELIVERED', 'SUPPRESSED')
               ELSE told.failure IS NOT NULL AND m.status IN ('SENT', 'DELIVERED') END`;
}
