import type { IdempotencyFingerprint } from './idempotency.ts';
import type { UsedKey, UserStore } from './ports.ts';
import type { User } from './user.ts';
import { type Outcome, refusal, success, type UserError, userError } from './user-error.ts';

/** Whom a repeat is about: the user whom its key made or changed, as they are now, or why there is no answer. */
export async function userOfKey(
  users: Pick<UserStore, 'findUser'>,
  used: UsedKey,
  fingerprint: IdempotencyFingerprint | undefined,
): Promise<Outcome<User>> {
  if (used.payloadHash === null) return refusal(deletedSince());
  if (used.payloadHash !== fingerprint?.payloadHash || used.userId === null) return refusal(keyConflict());
  const user = await users.findUser(used.userId);
  return user ? success(user) : refusal(deletedSince());
}

/** The key was used with another input. */
export function keyConflict(): UserError {
  return userError('IDEMPOTENCY_CONFLICT', 'idempotencyKey');
}

/** The user of the key is gone. */
export function deletedSince(): UserError {
  return userError('NOT_FOUND', 'idempotencyKey', 'The user of this key has been deleted. Use a new key for another.');
}
