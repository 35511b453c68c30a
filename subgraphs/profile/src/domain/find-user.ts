import { isId } from '@atrium/service-kit';
import { mayReadUsers } from './policy.ts';
import type { Invocation } from './ports.ts';
import type { User } from './user.ts';

/** The user with this id; null where there is none, or where it is no id at all. */
export async function findUser(invocation: Invocation, id: string): Promise<User | null> {
  mayReadUsers(invocation.caller);
  if (!isId(id)) return null;
  return (await invocation.loadUser(id.toLowerCase())) ?? null;
}
