import { isId } from '@atrium/service-kit';
import { mayWriteUsers } from './policy.ts';
import type { Invocation } from './ports.ts';
import { type Outcome, refusal, success, userError } from './user-error.ts';

/** Whom to delete, and in which version if that matters. */
export interface DeleteUserInput {
  readonly id: string;
  readonly expectedVersion?: number | null;
}

/** Deletes a user: gone from here at once, and from the sisters as soon as they are told. Answers the id. */
export async function deleteUser(invocation: Invocation, input: DeleteUserInput): Promise<Outcome<string>> {
  const { caller, dependencies } = invocation;
  const { clientId } = mayWriteUsers(caller);
  if (!isId(input.id)) return refusal(userError('NOT_FOUND', 'id'));
  const id = input.id.toLowerCase();
  const expectedVersion = input.expectedVersion ?? undefined;
  if (await dependencies.users.deleteUser({ id, expectedVersion, clientId })) {
    dependencies.wakeOutbox('user.deleted');
    return success(id);
  }
  const [current] = await dependencies.users.findUsersByIds([id]);
  return refusal(current ? userError('VERSION_CONFLICT', 'expectedVersion') : userError('NOT_FOUND', 'id'));
}
