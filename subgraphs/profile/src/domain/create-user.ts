import { newId, type RequestContext } from '@atrium/service-kit';
import type { IdempotencyFingerprint } from './idempotency.ts';
import { judgePhoneNumber } from './judge-phone-number.ts';
import { numberTaken, tooManyTaken } from './number-taken.ts';
import type { OutboxRecord } from './outbox-record.ts';
import { mayWriteUsers } from './policy.ts';
import type { Dependencies, Invocation, NewUser, SaveOutcome, UsedKey } from './ports.ts';
import { type CreateUserInput, type JudgedCreateUserInput, readCreateUserInput } from './read-create-user-input.ts';
import { startVerificationNow } from './start-verification.ts';
import type { User } from './user.ts';
import { type Outcome, refusal, success, type UserError, userError } from './user-error.ts';
import { deletedSince, userOfKey } from './user-of-key.ts';

/** Everything about one user to be created, once the input is judged. */
export interface Creation {
  readonly dependencies: Dependencies;
  readonly input: JudgedCreateUserInput;
  readonly clientId: string;
  readonly context: RequestContext;
  readonly fingerprint: IdempotencyFingerprint | undefined;
}

/**
 * Creates a user and has a code sent to their number. The user is durable when this answers. Where Messaging is away
 * or slow they are PENDING, and the outbox does what is missing. A refused input leaves nothing behind, not even its
 * idempotency key: the same key may then come with what was mended.
 */
export async function createUser(invocation: Invocation, input: CreateUserInput): Promise<Outcome<User>> {
  const { caller, request, dependencies } = invocation;
  const { clientId } = mayWriteUsers(caller);
  const judged = readCreateUserInput(input);
  if (!judged.ok) return refusal(...judged.errors);

  const deadline = Math.min(request.deadline, performance.now() + dependencies.limits.createTimeoutMs);
  const { idempotencyKey, ...payload } = judged.value;
  const fingerprint =
    idempotencyKey === undefined ? undefined : dependencies.idempotency.fingerprint(clientId, idempotencyKey, payload);
  const creation = { dependencies, input: judged.value, clientId, context: { ...request, deadline }, fingerprint };
  if (!fingerprint) return create(creation);
  return dependencies.idempotency.once(fingerprint, async () => (await resumeIfUsed(creation)) ?? create(creation));
}

async function create(creation: Creation): Promise<Outcome<User>> {
  const judged = await judgeNumber(creation);
  if (!judged.ok) return judged;
  const candidate = judged.value;
  return finish(candidate, await creation.dependencies.users.saveNewUser(candidate.newUser));
}

/** A user whose number was judged: what is left is to save them and to have the code sent. */
export interface Candidate {
  readonly creation: Creation;
  readonly newUser: NewUser;
  readonly messagingAway: boolean;
}

/** Has the number judged. */
export async function judgeNumber(creation: Creation): Promise<Outcome<Candidate, never>> {
  const { dependencies, input, clientId, context, fingerprint } = creation;
  const { name, country, location, email, locale, typedPhoneNumber } = input;
  const question = { phoneNumber: typedPhoneNumber, country, clientId, context };
  const { verdict, messagingAway } = await judgePhoneNumber(dependencies.messaging, question);
  if ('rejection' in verdict) return refusal(phoneNumberError(verdict.rejection));
  const waitMs = dependencies.takenAnswers.knownWaitMs({ clientId, phoneNumber: verdict.phoneNumber });
  if (waitMs !== undefined) return refusal(tooManyTaken(waitMs));
  const newUser = {
    ...{ id: newId(), name, country, location, email, locale, phoneNumber: verdict.phoneNumber },
    ...{ clientId, requestId: newId(), idempotency: fingerprint },
    // This request sends the code itself, so the outbox leaves the record alone until the request must be over.
    leaseMs: messagingAway ? 0 : dependencies.limits.createTimeoutMs + 1_000,
  };
  return success({ creation, newUser, messagingAway });
}

/** Goes on once the store has decided: has the code sent, or finds out what happened before. */
export async function finish(
  { creation, newUser, messagingAway }: Candidate,
  saved: SaveOutcome,
): Promise<Outcome<User>> {
  const { dependencies, clientId, context } = creation;
  if (saved.kind !== 'saved') return whatHappenedBefore(creation, newUser.phoneNumber, saved.kind);
  dependencies.wakeOutbox('user.created');
  // Whoever has lost the number by it, because their claim had lapsed, has changed as well.
  dependencies.wakeOutbox('user.updated');
  if (messagingAway) {
    dependencies.wakeOutbox('phone.verification-requested');
    return success(saved.user);
  }
  const request = requestOf(saved.user, newUser.requestId, clientId);
  return success(await startVerificationNow(dependencies, request, saved.user, context));
}

function requestOf(user: User, requestId: string, clientId: string): OutboxRecord {
  return {
    id: requestId,
    destination: 'messaging',
    type: 'phone.verification-requested',
    userId: user.id,
    version: user.version,
    clientId,
    createdAt: user.createdAt,
    attempts: 0,
  };
}

/** The answer to a repeat; undefined where there is no key, or nobody was created with it yet. */
export async function resumeIfUsed(creation: Creation): Promise<Outcome<User> | undefined> {
  const { dependencies, fingerprint } = creation;
  const used = fingerprint && (await dependencies.users.findUsedKey(fingerprint));
  return used && resume(creation, used);
}

/** A repeat that runs in another process at the same time loses by its number or by its key, and finds the first's user. */
async function whatHappenedBefore(
  creation: Creation,
  phoneNumber: string,
  kind: 'number-taken' | 'key-used',
): Promise<Outcome<User>> {
  const resumed = await resumeIfUsed(creation);
  if (resumed) return resumed;
  if (kind === 'key-used') return refusal(deletedSince());
  return refusal(await numberTaken(creation.dependencies.takenAnswers, { clientId: creation.clientId, phoneNumber }));
}

/** Answers a repeat from the user's present state, and goes on where the first call was cut off. */
async function resume({ dependencies, fingerprint, context }: Creation, used: UsedKey): Promise<Outcome<User>> {
  const found = await userOfKey(dependencies.users, used, fingerprint);
  if (!found.ok) return found;
  const user = found.value;
  if (user.phoneVerification.status !== 'PENDING') return success(user);
  const record = await dependencies.verifications.findRequest(user.id);
  if (record) return success(await startVerificationNow(dependencies, record, user, context));
  // Whoever has taken the record since they were read has written what became of it.
  const current = await dependencies.users.findUser(user.id);
  return current ? success(current) : refusal(deletedSince());
}

/** The refusal of a number. */
export function phoneNumberError(code: UserError['code']): UserError {
  return userError(code, code === 'COUNTRY_UNKNOWN' ? 'country' : 'phoneNumber');
}
