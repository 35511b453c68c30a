import type { RequestContext } from '@atrium/service-kit';
import { isAway } from './away.ts';
import { inWords } from './in-words.ts';
import type { OutboxRecord } from './outbox-record.ts';
import type { Dependencies, Messaging, NotStarted, VerificationStore } from './ports.ts';
import type { User } from './user.ts';
import { type UserError, userError } from './user-error.ts';

interface Parts {
  readonly messaging: Messaging;
  readonly verifications: VerificationStore;
  readonly wakeOutbox: Dependencies['wakeOutbox'];
}

/** What became of a request for a code. */
export interface Started {
  /** As they are then; undefined where they are gone. */
  readonly user: User | undefined;
  /** Why no code is sent, or not yet. */
  readonly refused?: NotStarted;
}

/** The number that a record asks a code for; undefined where nobody waits for one any more. */
export function numberToVerify({ type }: OutboxRecord, user: User): string | undefined {
  if (type === 'phone.change-requested') return user.pendingPhoneChange?.phoneNumber;
  return user.phoneVerification.status === 'PENDING' ? user.phoneNumber : undefined;
}

/**
 * Asks Messaging to send a code to the user's current or pending number, and records what became of it. Whoever runs it
 * twice for one record gets the first outcome from Messaging, so it never makes a second code.
 */
export async function startVerification(
  { messaging, verifications, wakeOutbox }: Parts,
  record: OutboxRecord,
  user: User,
  context: RequestContext,
): Promise<Started> {
  const { id: requestId, clientId } = record;
  const phoneNumber = numberToVerify(record, user);
  if (phoneNumber === undefined) return { user };
  // A first code alone is put off; the others are asked for anew, or not at all (see recordStart).
  const comesAgain = record.type === 'phone.verification-requested' && user.phoneVerification.codeSentAt === null;
  const start = await messaging.startVerification({ requestId, user, phoneNumber, clientId, comesAgain, context });
  const current = await verifications.recordStart(record, start);
  if (!('rejection' in start)) return { user: current };
  wakeOutbox('user.updated');
  return { user: current, refused: start };
}

/** The same for a request that waits: with Messaging away or slow the user is as they were, and the outbox goes on. */
export async function startOrLeave(
  parts: Parts,
  record: OutboxRecord,
  user: User,
  context: RequestContext,
): Promise<Started> {
  try {
    return await startVerification(parts, record, user, context);
  } catch (error) {
    if (!isAway(error)) throw error;
    return { user };
  }
}

/** The user as they are after that, whatever became of the code. */
export async function startVerificationNow(
  parts: Parts,
  record: OutboxRecord,
  user: User,
  context: RequestContext,
): Promise<User> {
  return (await startOrLeave(parts, record, user, context)).user ?? user;
}

/** What the caller is told of a code that is not sent. One that is put off for a user who never had any comes by itself. */
export function notSent({ rejection, retryAfterMs }: NotStarted, field: string, user?: User): UserError {
  if (retryAfterMs === undefined) return userError(rejection, field);
  const isFirst = user?.phoneVerification.status === 'PENDING';
  const when = inWords(retryAfterMs);
  const whatNow = isFirst ? `This one is sent by itself, in ${when} at the earliest.` : `Ask again in ${when}.`;
  return userError(rejection, field, `Too many codes were asked for. ${whatNow}`);
}
