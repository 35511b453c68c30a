import { createBatcher } from '@atrium/service-kit';
import type { Message, NewMessage } from '../domain/message.ts';
import type { IdempotencyClaim, MessageStore, QueueOutcome } from '../domain/ports.ts';
import type { Database, Transaction } from './database.ts';
import { insertMessages } from './message-queue.ts';
import { messageColumns } from './read-messages.ts';
import { holdUsers } from './user-lock.ts';

/** How long an idempotency key is remembered, in milliseconds. */
export const idempotencyLifetimeMs = 24 * 60 * 60 * 1_000;

/** Commits are shared by up to so many messages. */
const batch = { maxSize: 100, concurrency: 2 };

type Repeated = Extract<QueueOutcome, { kind: 'repeated' | 'conflict' }>;

interface Wanted {
  readonly message: NewMessage;
  readonly claim: IdempotencyClaim | undefined;
}

/** Messages as sendMessage writes them: many of the moment share one commit. */
export function createMessageStore(database: Database): MessageStore {
  const queue = createBatcher((wanted: Wanted[]) => database.$transaction((tx) => queueMessages(tx, wanted)), batch);
  return {
    async findRepeated(claim) {
      const [repeated] = await findRepeated(database, [claim]);
      return repeated;
    },
    queueMessage: (message, claim) => queue({ message, claim }),
  };
}

async function queueMessages(tx: Transaction, wanted: Wanted[]): Promise<QueueOutcome[]> {
  const erased = await holdUsers(
    tx,
    wanted.map(({ message }) => message.userId),
  );
  const living = wanted.filter(({ message }) => !erased.has(message.userId));
  const takers = await takeKeys(tx, living);
  const queued = living.filter((each) => !each.claim || takers.has(each.message.id)).map(({ message }) => message);
  await insertMessages(tx, queued);
  const written = await readMessages(
    tx,
    queued.map(({ id }) => id),
  );
  const others = living.filter(({ message }) => !written.has(message.id));
  const repeated = await findRepeated(
    tx,
    others.flatMap(({ claim }) => claim ?? []),
  );
  const outcomes = new Map(others.map(({ message }, index) => [message.id, repeated[index]]));
  return wanted.map(({ message }): QueueOutcome => {
    const row = written.get(message.id);
    if (row) return { kind: 'queued', message: row };
    // Who has no outcome is gone; or the first message of the key is, with its user, who is gone for this one as well.
    return outcomes.get(message.id) ?? { kind: 'gone' };
  });
}

/**
 * Takes keys for messages; answers the ids of those that have theirs, the others being held by another message. Waits for
 * whoever is taking one just now: in one order, so that two batches cannot wait for each other in a circle.
 */
async function takeKeys(tx: Transaction, wanted: Wanted[]): Promise<Set<string>> {
  // One statement takes a key once.
  const first = new Map<string, object>();
  for (const { message, claim } of wanted) {
    const place = JSON.stringify([claim?.clientId, claim?.key]);
    if (!claim || first.has(place)) continue;
    const inputHash = claim.inputHash.toString('base64');
    first.set(place, { ...claim, inputHash, userId: message.userId, messageId: message.id });
  }
  if (first.size === 0) return new Set();
  const taken = await tx.$queryRaw<{ messageId: string }[]>`
    INSERT INTO idempotency_keys AS held (client_id, key, input_hash, user_id, message_id)
    SELECT k."clientId", k.key, decode(k."inputHash", 'base64'), k."userId", k."messageId"
    FROM json_to_recordset(${JSON.stringify([...first.values()])}::json) AS k(
      "clientId" text, key text, "inputHash" text, "userId" uuid, "messageId" uuid)
    ORDER BY 1, 2
    ON CONFLICT (client_id, key) DO UPDATE
      SET input_hash = excluded.input_hash, user_id = excluded.user_id, message_id = excluded.message_id, created_at = now()
      WHERE held.created_at < now() - ${idempotencyLifetimeMs}::double precision * interval '1 millisecond'
    RETURNING message_id::text AS "messageId"`;
  return new Set(taken.map(({ messageId }) => messageId));
}

/** What live keys stand for, in order; undefined where nobody holds the key, or its message is gone. */
async function findRepeated(tx: Transaction, claims: IdempotencyClaim[]): Promise<(Repeated | undefined)[]> {
  if (claims.length === 0) return [];
  const rows = await tx.$queryRaw<{ clientId: string; key: string; inputHash: Uint8Array; messageId: string }[]>`
    SELECT client_id AS "clientId", key, input_hash AS "inputHash", message_id::text AS "messageId"
    FROM idempotency_keys JOIN unnest(${claims.map(({ clientId }) => clientId)}::text[], ${claims.map(({ key }) => key)}::text[])
      AS asked(client_id, key) USING (client_id, key)
    WHERE created_at >= now() - ${idempotencyLifetimeMs}::double precision * interval '1 millisecond'`;
  const byId = await readMessages(
    tx,
    rows.map(({ messageId }) => messageId),
  );
  return claims.map(({ clientId, key, inputHash }): Repeated | undefined => {
    const held = rows.find((row) => row.clientId === clientId && row.key === key);
    if (!held) return undefined;
    if (!inputHash.equals(held.inputHash)) return { kind: 'conflict' };
    const message = byId.get(held.messageId);
    return message && { kind: 'repeated', message };
  });
}

async function readMessages(tx: Transaction, ids: string[]): Promise<Map<string, Message>> {
  if (ids.length === 0) return new Map();
  const rows = await tx.message.findMany({ where: { id: { in: ids } }, select: messageColumns });
  return new Map(rows.map((row) => [row.id, row]));
}
