import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { type RequestContext, type ServiceClient, ServiceUnavailable } from '@atrium/service-kit';
import DataLoader from 'dataloader';
import type { People } from '../domain/ports.ts';

const query = readFileSync(join(import.meta.dirname, 'operations', 'contacts.graphql'), 'utf8');

/** Asks Profile, within one request and its deadline, which users exist; the questions of one moment travel as one. */
export function createPeople(profile: ServiceClient, context: RequestContext, timeoutMs: number): People {
  const known = new DataLoader<string, boolean>(async (userIds) => {
    const { contacts } = await profile.execute<{ contacts: ({ userId: string } | null)[] }>({
      query,
      variables: { userIds },
      context,
      timeoutMs,
    });
    if (contacts.length !== userIds.length) throw new ServiceUnavailable('profile');
    return contacts.map((contact) => contact !== null);
  });
  return { exists: (userId) => known.load(userId.toLowerCase()) };
}
