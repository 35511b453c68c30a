import DataLoader from 'dataloader';
import type { User } from '../domain/user.ts';

/** A loader of users for one request: however often it asks for a user, it reads them once and sees them as they were. */
export function createUserLoader(users: {
  load(id: string): Promise<User | undefined>;
}): (id: string) => Promise<User | undefined> {
  const loader = new DataLoader<string, User | undefined>((ids) => Promise.all(ids.map((id) => users.load(id))));
  return (id) => loader.load(id);
}
