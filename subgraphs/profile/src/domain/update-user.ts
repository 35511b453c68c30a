import { isId } from '@atrium/service-kit';
import { mayWriteUsers } from './policy.ts';
import type { Invocation, UpdateOutcome, UserChange, UserStore } from './ports.ts';
import type { User } from './user.ts';
import { readUserDetails, type UserDetailsInput } from './user-details.ts';
import { type Outcome, refusal, success, userError, versionConflict } from './user-error.ts';

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
  const hasChange = Object.keys(details).length > 0;
  const outcome = hasChange
    ? await dependencies.users.updateUser({ id, clientId, expectedVersion, details })
    : await changeNothing(dependencies.users, { id, expectedVersion });
  if (outcome.kind === 'updated') {
    if (hasChange) dependencies.wakeOutbox('user.updated');
    return success(outcome.user);
  }
  if (outcome.kind === 'not-found') return refusal(userError('NOT_FOUND', 'id'));
  return versionConflict(outcome.current);
}

/** An input without any detail changes nothing, and so counts as no change. */
async function changeNothing(
  users: UserStore,
  { id, expectedVersion }: Pick<UserChange, 'id' | 'expectedVersion'>,
): Promise<UpdateOutcome> {
  const user = await users.findUser(id);
  if (!user) return { kind: 'not-found' };
  const expected = (expectedVersion ?? user.version) === user.version;
  return expected ? { kind: 'updated', user } : { kind: 'conflict', current: user };
}
