import { isId } from '@atrium/service-kit';
import { mayWriteUsers } from './policy.ts';
import type { Invocation } from './ports.ts';
import type { User } from './user.ts';
import { type Outcome, refusal, success, userError, versionConflict } from './user-error.ts';

/** Whom to delete, and in which version if that matters. */
export interface DeleteUserInput {
  readonly id: string;
  readonly expectedVersion?: number | null;
}

/**
 * Deletes a user: gone from here at once, and from the sisters as soon as they are told. Answers the id. On
 * VERSION_CONFLICT the outcome's `current` is the user as they are.
 */
export async function deleteUser(invocation: Invocation, input: DeleteUserInput): Promise<Outcome<string, User>> {
  const { caller, dependencies } = invocation;
  const { clientId } = mayWriteUsers(caller);
  if (!isId(input.id)) return refusal(userError('NOT_FOUND', 'id'));
  const id = input.id.toLowerCase();
  const expectedVersion = input.expectedVersion ?? undefined;
  const outcome = await dependencies.users.deleteUser({ id, expectedVersion, clientId });
  if (outcome.kind === 'not-found') return refusal(userError('NOT_FOUND', 'id'));
  if (outcome.kind === 'conflict') return versionConflict(outcome.current);
  dependencies.wakeOutbox('user.deleted');
  return success(id);
}
