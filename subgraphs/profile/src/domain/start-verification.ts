import type { RequestContext } from '@atrium/service-kit';
import { isAway } from './away.ts';
import type { OutboxRecord } from './outbox-record.ts';
import type { Dependencies, Messaging, VerificationStore } from './ports.ts';
import type { User } from './user.ts';

/**
 * Asks Messaging to send a code to the user's number and records what became of it; answers the user as they are then.
 * Whoever runs it twice for one record gets the first outcome from Messaging, so it never makes a second code.
 */
export async function startVerification(
  { messaging, verifications }: { messaging: Messaging; verifications: VerificationStore },
  record: OutboxRecord,
  user: User,
  context: RequestContext,
): Promise<User | undefined> {
  const { id: requestId, clientId } = record;
  const start = await messaging.startVerification({ requestId, user, clientId, context });
  return verifications.recordStart(record, start);
}

/** The same for a request that waits: with Messaging away or slow the user is answered PENDING and the outbox goes on. */
export async function startVerificationNow(
  dependencies: Dependencies,
  record: OutboxRecord,
  user: User,
  context: RequestContext,
): Promise<User> {
  try {
    return (await startVerification(dependencies, record, user, context)) ?? user;
  } catch (error) {
    if (!isAway(error)) throw error;
    return user;
  }
}
