import type { IdempotencyClaim, OneTimeCodeOutcome } from '../domain/ports.ts';
import type { Transaction } from './database.ts';
import { idempotencyLifetimeMs } from './message-store.ts';

const lifetime = `${idempotencyLifetimeMs} milliseconds`;

/** Takes a client's idempotency key for a code; false where it stands for something else, whose making is waited for. */
export async function takeKeyForCode(
  tx: Transaction,
  { clientId, key, inputHash }: IdempotencyClaim,
  code: { id: string; userId: string },
): Promise<boolean> {
  const taken = await tx.$executeRaw`
    INSERT INTO idempotency_keys AS held (client_id, key, input_hash, user_id, message_id)
    VALUES (${clientId}, ${key}, ${inputHash}, ${code.userId}::uuid, ${code.id}::uuid)
    ON CONFLICT (client_id, key) DO UPDATE
      SET input_hash = excluded.input_hash, user_id = excluded.user_id, message_id = excluded.message_id, created_at = now()
      WHERE held.created_at < now() - ${lifetime}::interval`;
  return taken === 1;
}

/** The code that a live key was used for, or that it was used with another input. */
export async function findCodeOfKey(
  tx: Transaction,
  { clientId, key, inputHash }: IdempotencyClaim,
): Promise<Extract<OneTimeCodeOutcome, { kind: 'sent' | 'conflict' }> | undefined> {
  const rows = await tx.$queryRaw<{ inputHash: Uint8Array; codeSentAt: Date | null; codeExpiresAt: Date | null }[]>`
    SELECT k.input_hash AS "inputHash", c.created_at AS "codeSentAt", c.expires_at AS "codeExpiresAt"
    FROM idempotency_keys k LEFT JOIN challenges c ON c.id = k.message_id
    WHERE k.client_id = ${clientId} AND k.key = ${key} AND k.created_at >= now() - ${lifetime}::interval`;
  const [found] = rows;
  if (!found) return undefined;
  const { codeSentAt, codeExpiresAt } = found;
  if (!inputHash.equals(found.inputHash) || !codeSentAt || !codeExpiresAt) return { kind: 'conflict' };
  return { kind: 'sent', codeSentAt, codeExpiresAt };
}
