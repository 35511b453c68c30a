import type { User } from '../domain/user.ts';
import type { UserCache } from './user-cache.ts';

/** Reads users for one request: however often it asks for one, it reads them once and sees them as they were. */
export function loadOnce(cache: Pick<UserCache, 'load'>): (id: string) => Promise<User | undefined> {
  const loaded = new Map<string, Promise<User | undefined>>();
  return (id) => {
    const known = loaded.get(id);
    if (known) return known;
    const loading = cache.load(id);
    loaded.set(id, loading);
    return loading;
  };
}
