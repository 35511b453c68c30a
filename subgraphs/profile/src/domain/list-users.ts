import { type Connection, edgesToConnection, type PageArguments, readSlice } from '@atrium/service-kit';
import { mayReadUsers } from './policy.ts';
import type { Invocation } from './ports.ts';
import { readOrder, readSelection, type UserQueryArguments } from './read-user-query.ts';
import type { User } from './user.ts';
import type { UserSelection } from './user-query.ts';

/** A page of users, and of whom it is a page. */
export interface UserList extends Connection<User> {
  readonly selection: UserSelection;
}

/** A page of the users who are searched and filtered for, in order. */
export async function listUsers(invocation: Invocation, args: PageArguments & UserQueryArguments): Promise<UserList> {
  mayReadUsers(invocation.caller);
  const { cursors, directory } = invocation.dependencies;
  const slice = readSlice(args);
  const selection = readSelection(args);
  const order = readOrder(args, selection);
  const after = args.after == null ? undefined : cursors.read('after', args.after, order);
  const before = args.before == null ? undefined : cursors.read('before', args.before, order);
  const positions = await directory.findPage({ ...slice, selection, order, after, before });
  const edges = await Promise.all(
    positions.map(async (position) => ({
      node: await invocation.loadUser(position.id),
      // Sealing costs more than all else of an edge, and few clients ask for the cursor of each.
      get cursor() {
        return cursors.write(order, position);
      },
    })),
  );
  const { edges: found, pageInfo } = edgesToConnection(edges, slice, { after: after != null, before: before != null });
  // Whoever was deleted since they were found is left out; the page is then shorter, and goes on from the same place.
  return { edges: found.filter(isPresent), pageInfo, selection };
}

function isPresent(edge: { node: User | undefined; cursor: string }): edge is { node: User; cursor: string } {
  return edge.node !== undefined;
}

/** How many users a list has on all its pages; asked for only where a client wants to know. */
export async function countUsers(invocation: Invocation, { selection }: UserList): Promise<number> {
  mayReadUsers(invocation.caller);
  return invocation.dependencies.directory.count(selection);
}
