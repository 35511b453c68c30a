import { type Connection, type PageArguments, readPage, toConnection } from '@atrium/service-kit';
import { mayReadUsers } from './policy.ts';
import type { Invocation } from './ports.ts';
import type { User } from './user.ts';

/** A page of all users, newest first. */
export async function listUsers(invocation: Invocation, args: PageArguments): Promise<Connection<User>> {
  mayReadUsers(invocation.caller);
  const page = readPage(args);
  return toConnection(await invocation.dependencies.users.listUsers(page), page);
}

/** How many users there are; asked for only where a client wants to know. */
export async function countUsers(invocation: Invocation): Promise<number> {
  mayReadUsers(invocation.caller);
  return invocation.dependencies.users.countUsers();
}
