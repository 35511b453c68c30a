import type { UserEvent } from '@atrium/service-kit';
import type { EventStore } from '../domain/ports.ts';
import type { Database, Transaction } from './database.ts';
import { insertMessages } from './message-queue.ts';
import { holdUsers } from './user-lock.ts';

/** Events that were taken, and the erasure of users. */
export function createEventStore(database: Database): EventStore {
  return {
    async findNew(events) {
      const rows = await database.takenEvent.findMany({
        where: { OR: events.map(({ source, id }) => ({ source, id })) },
        select: { source: true, id: true },
      });
      const taken = new Set(rows.map(keyOf));
      return events.filter((event) => !taken.has(keyOf(event)));
    },

    async takeEvents(taken) {
      if (taken.length === 0) return;
      await database.$transaction(async (tx) => {
        const fresh = await takeFresh(
          tx,
          taken.map(({ event }) => event),
        );
        // Deleted as it is met, so that one event that stands twice in a batch has one effect.
        const effective = taken.filter(({ event }) => fresh.delete(keyOf(event)));
        const deletions = effective.map(({ event }) => event).filter(({ type }) => type === 'user.deleted');
        const messages = effective.flatMap(({ message }) => message ?? []);
        const deleted = deletions.map(({ subject }) => subject.toLowerCase());
        const gone = await holdUsers(
          tx,
          messages.map(({ userId }) => userId),
          deleted,
        );
        for (const userId of deleted) gone.add(userId);
        await eraseUsers(tx, deletions);
        await insertMessages(
          tx,
          messages.filter(({ userId }) => !gone.has(userId)),
        );
      });
    },
  };
}

function keyOf({ source, id }: { source: string; id: string }): string {
  return `${source} ${id}`;
}

/** Marks events as taken; answers those that nobody had taken. */
async function takeFresh(tx: Transaction, events: UserEvent[]): Promise<Set<string>> {
  const rows = await tx.$queryRaw<{ source: string; id: string }[]>`
    INSERT INTO taken_events (source, id)
    SELECT source, id FROM unnest(${events.map(({ source }) => source)}::text[], ${events.map(({ id }) => id)}::text[])
      AS offered(source, id)
    ORDER BY 1, 2
    ON CONFLICT DO NOTHING
    RETURNING source, id`;
  return new Set(rows.map(keyOf));
}

/** Everything of these users, whom the transaction holds, goes, pending jobs included; what remains is that they are gone. */
async function eraseUsers(tx: Transaction, events: UserEvent[]): Promise<void> {
  if (events.length === 0) return;
  const userIds = events.map(({ subject }) => subject);
  await tx.$executeRaw`
    INSERT INTO erased_users (user_id, version)
    SELECT id, max(version) FROM unnest(${userIds}::uuid[], ${events.map(({ data }) => data.version)}::int[])
      AS gone(id, version) GROUP BY id
    ON CONFLICT (user_id) DO NOTHING`;
  await tx.$queryRaw`
    SELECT count(graphile_worker.remove_job(id::text)) FROM messages
    WHERE user_id = ANY(${userIds}::uuid[]) AND status IN ('QUEUED', 'SENDING')`;
  // In the order in which workers lock messages, so that neither waits for the other in a circle.
  await tx.$executeRaw`
    DELETE FROM messages WHERE id IN (
      SELECT id FROM messages WHERE user_id = ANY(${userIds}::uuid[]) ORDER BY id FOR UPDATE)`;
  await tx.$executeRaw`
    DELETE FROM challenges WHERE id IN (
      SELECT id FROM challenges WHERE user_id = ANY(${userIds}::uuid[]) ORDER BY id FOR UPDATE)`;
  await tx.$executeRaw`DELETE FROM idempotency_keys WHERE user_id = ANY(${userIds}::uuid[])`;
}
