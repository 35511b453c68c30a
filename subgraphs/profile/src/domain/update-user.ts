import { isId } from '@atrium/service-kit';
import { mayWriteUsers } from './policy.ts';
import type { Invocation } from './ports.ts';
import type { User } from './user.ts';
import { readUserDetails, type UserDetailsInput } from './user-details.ts';
import { type Outcome, refusal, success, userError } from './user-error.ts';

/** What to change: an absent field stays, null clears where it may. */
export interface UpdateUserInput extends UserDetailsInput {
  readonly id: string;
  readonly expectedVersion?: number | null;
}

/** Changes a user's details. On VERSION_CONFLICT the outcome's `current` is the user as they are. */
export async function updateUser(invocation: Invocation, input: UpdateUserInput): Promise<Outcome<User>> {
  const { caller, dependencies } = invocation;
  const { clientId } = mayWriteUsers(caller);
  const { details, errors } = readUserDetails(input);
  if (!isId(input.id)) errors.unshift(userError('NOT_FOUND', 'id'));
  if (errors.length > 0) return refusal(...errors);

  const id = input.id.toLowerCase();
  const expectedVersion = input.expectedVersion ?? undefined;
  // An input without any detail changes nothing, and so counts as no change.
  if (Object.keys(details).length > 0) {
    const changed = await dependencies.users.updateUser({ id, clientId, expectedVersion, details });
    if (changed) {
      dependencies.wakeOutbox('user.updated');
      return success(changed);
    }
  }
  const [current] = await dependencies.users.findUsersByIds([id]);
  if (!current) return refusal(userError('NOT_FOUND', 'id'));
  if (Object.keys(details).length === 0 && (expectedVersion ?? current.version) === current.version) {
    return success(current);
  }
  return { ok: false, errors: [userError('VERSION_CONFLICT', 'expectedVersion')], current };
}
