import { judgePhoneNumberForm } from './phone-number.ts';
import { mayReadPhoneNumber, mayReadUsers } from './policy.ts';
import type { Invocation } from './ports.ts';
import type { User } from './user.ts';

/** The user who holds this number, written internationally; null where nobody does, or where it is no number. */
export async function findUserByPhoneNumber(invocation: Invocation, typed: string): Promise<User | null> {
  mayReadUsers(invocation.caller);
  mayReadPhoneNumber(invocation.caller);
  const form = judgePhoneNumberForm(typed.slice(0, 200).replace(/\p{Cf}/gu, ''), undefined);
  if ('rejection' in form) return null;
  const id = await invocation.dependencies.users.findHolder(form.phoneNumber);
  const user = id === undefined ? undefined : await invocation.loadUser(id);
  // The number that somebody is only changing to is not theirs yet.
  return user?.phoneNumber === form.phoneNumber ? user : null;
}
