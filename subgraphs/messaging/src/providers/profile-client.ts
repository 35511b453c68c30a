import { readFileSync } from 'node:fs';
import { createBatcher, type RequestContext, type ServiceClient } from '@atrium/service-kit';
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

/** One person that a request asks for. */
interface Asked {
  readonly userId: string;
  readonly context: RequestContext;
}

/** Makes the loaders of contacts, one for each request; what many requests ask for at one moment travels as one call. */
export function createContactLoaders(
  source: ContactSource,
  timeoutMs: number,
): (context: RequestContext) => DataLoader<string, Contact | null> {
  const ask = createBatcher<Asked, Contact | null>(
    (batch) =>
      source.contacts(
        batch.map(({ userId }) => userId),
        contextOf(batch, timeoutMs),
      ),
    { maxSize: maxIds, concurrency: 8 },
  );
  return (context) =>
    new DataLoader(async (userIds) => {
      const outcomes = await Promise.allSettled(userIds.map((userId) => ask({ userId, context })));
      return outcomes.map((outcome) => (outcome.status === 'fulfilled' ? outcome.value : (outcome.reason as Error)));
    });
}

/** A batch belongs to no one request, and the first one's deadline must not cut the others off. */
function contextOf(batch: readonly Asked[], timeoutMs: number): RequestContext {
  const [first, ...others] = batch as [Asked, ...Asked[]];
  if (others.every(({ context }) => context === first.context)) return first.context;
  const { clientId } = first.context;
  return {
    ...first.context,
    clientId: others.every(({ context }) => context.clientId === clientId) ? clientId : undefined,
    clientAddress: undefined,
    deadline: performance.now() + timeoutMs,
  };
}
