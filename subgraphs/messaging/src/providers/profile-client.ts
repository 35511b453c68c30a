import { readFileSync } from 'node:fs';
import type { RequestContext, ServiceClient } from '@atrium/service-kit';
import DataLoader from 'dataloader';
import type { ContactSource } from '../domain/ports.ts';
import type { Contact } from '../domain/user.ts';

const query = readFileSync(new URL('./operations/contacts.graphql', import.meta.url), 'utf8');
/** What Profile answers at once. */
const maxIds = 1_000;

/** Profile's contacts(userIds), each call bounded by `timeoutMs`. */
export function createContactSource(profile: ServiceClient, timeoutMs: number): ContactSource {
  return {
    async contacts(userIds, context) {
      const found: (Contact | null)[] = [];
      for (let start = 0; start < userIds.length; start += maxIds) {
        const variables = { userIds: userIds.slice(start, start + maxIds) };
        const data = await profile.execute<{ contacts: (Contact | null)[] }>({ query, variables, context, timeoutMs });
        found.push(...data.contacts);
      }
      return found;
    },
  };
}

/** A loader of contacts for one request. */
export function createContactLoader(
  source: ContactSource,
  context: RequestContext,
): DataLoader<string, Contact | null> {
  return new DataLoader((userIds) => source.contacts(userIds, context), { maxBatchSize: maxIds });
}
