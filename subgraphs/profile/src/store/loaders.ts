import DataLoader from 'dataloader';
import type { UserStore } from '../domain/ports.ts';
import type { User } from '../domain/user.ts';

/** A loader of users for one request: the ids of one tick are read by one query, and each user is read once. */
export function createUserLoader(users: UserStore): (id: string) => Promise<User | undefined> {
  const loader = new DataLoader<string, User | undefined>((ids) => users.findUsersByIds(ids), { maxBatchSize: 1_000 });
  return (id) => loader.load(id);
}
