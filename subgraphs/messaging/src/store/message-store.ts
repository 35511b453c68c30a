import { createBatcher } from '@atrium/service-kit';
import type { Message, NewMessage } from '../domain/message.ts';
import type { IdempotencyClaim, MessageStore, QueueOutcome } from '../domain/ports.ts';
import type { Database, Transaction } from './database.ts';
import { findKeys, takeKeys } from './idempotency-keys.ts';
import { insertMessages } from './message-queue.ts';
import { messageColumns } from './read-messages.ts';
import { holdUsers } from './user-lock.ts';

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
  const takers = await takeKeys(
    tx,
    living.flatMap(({ message: { id, userId }, claim }) => (claim ? { id, userId, claim } : [])),
  );
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

/** What keys were used for, in order; undefined where nobody holds the key, or its message is gone. */
async function findRepeated(tx: Transaction, claims: IdempotencyClaim[]): Promise<(Repeated | undefined)[]> {
  const held = await findKeys(tx, claims);
  const byId = await readMessages(
    tx,
    held.flatMap((key) => (key?.isSameInput ? key.madeId : [])),
  );
  return held.map((key): Repeated | undefined => {
    if (!key) return undefined;
    if (!key.isSameInput) return { kind: 'conflict' };
    const message = byId.get(key.madeId);
    return message && { kind: 'repeated', message };
  });
}

async function readMessages(tx: Transaction, ids: string[]): Promise<Map<string, Message>> {
  if (ids.length === 0) return new Map();
  const rows = await tx.message.findMany({ where: { id: { in: ids } }, select: messageColumns });
  return new Map(rows.map((row) => [row.id, row]));
}
