import type { Message } from '../domain/message.ts';
import type { IdempotencyClaim, MessageStore, QueueOutcome } from '../domain/ports.ts';
import type { Database, Transaction } from './database.ts';
import { insertMessages } from './message-queue.ts';
import { messageColumns } from './read-messages.ts';
import { holdUsers } from './user-lock.ts';

/** How long an idempotency key is remembered, in milliseconds. */
export const idempotencyLifetimeMs = 24 * 60 * 60 * 1_000;

type Repeated = Extract<QueueOutcome, { kind: 'repeated' | 'conflict' }>;

/** Messages as sendMessage writes them. */
export function createMessageStore(database: Database): MessageStore {
  return {
    findRepeated: (claim) => findRepeated(database, claim),

    queueMessage: (message, claim) =>
      database.$transaction(async (tx): Promise<QueueOutcome> => {
        const erased = await holdUsers(tx, [message.userId]);
        if (erased.size > 0) return { kind: 'gone' };
        if (claim && !(await takeKey(tx, claim, message))) {
          const repeated = await findRepeated(tx, claim);
          // The first message of the key was erased with its user, who is then gone for this one as well.
          return repeated ?? { kind: 'gone' };
        }
        await insertMessages(tx, [message]);
        return { kind: 'queued', message: await readMessage(tx, message.id) };
      }),
  };
}

/** Takes the key for this message; false where another message holds it. Waits for whoever is taking it just now. */
async function takeKey(
  tx: Transaction,
  { clientId, key, inputHash }: IdempotencyClaim,
  message: { id: string; userId: string },
): Promise<boolean> {
  const taken = await tx.$executeRaw`
    INSERT INTO idempotency_keys AS held (client_id, key, input_hash, user_id, message_id)
    VALUES (${clientId}, ${key}, ${inputHash}, ${message.userId}::uuid, ${message.id}::uuid)
    ON CONFLICT (client_id, key) DO UPDATE
      SET input_hash = excluded.input_hash, user_id = excluded.user_id, message_id = excluded.message_id, created_at = now()
      WHERE held.created_at < now() - ${idempotencyLifetimeMs}::double precision * interval '1 millisecond'`;
  return taken === 1;
}

async function findRepeated(tx: Transaction, claim: IdempotencyClaim): Promise<Repeated | undefined> {
  const rows = await tx.$queryRaw<{ inputHash: Uint8Array; messageId: string }[]>`
    SELECT input_hash AS "inputHash", message_id::text AS "messageId" FROM idempotency_keys
    WHERE client_id = ${claim.clientId} AND key = ${claim.key}
      AND created_at >= now() - ${idempotencyLifetimeMs}::double precision * interval '1 millisecond'`;
  const [found] = rows;
  if (!found) return undefined;
  if (!claim.inputHash.equals(found.inputHash)) return { kind: 'conflict' };
  return { kind: 'repeated', message: await readMessage(tx, found.messageId) };
}

function readMessage(tx: Transaction, id: string): Promise<Message> {
  return tx.message.findUniqueOrThrow({ where: { id }, select: messageColumns });
}
