import { newId, type RequestContext } from '@atrium/service-kit';
import type { IdempotencyFingerprint } from './idempotency.ts';
import { judgePhoneNumber } from './judge-phone-number.ts';
import type { OutboxRecord } from './outbox-record.ts';
import { mayWriteUsers } from './policy.ts';
import type { Dependencies, Invocation, SaveOutcome, UsedKey } from './ports.ts';
import { type CreateUserInput, type JudgedCreateUserInput, readCreateUserInput } from './read-create-user-input.ts';
import { startVerificationNow } from './start-verification.ts';
import type { User } from './user.ts';
import { type Outcome, refusal, success, type UserError, userError } from './user-error.ts';

/** Everything about one call of createUser once its input is judged. */
interface Creation {
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
  return dependencies.idempotency.once(fingerprint, async () => {
    const used = await dependencies.users.findUsedKey(fingerprint);
    return used ? resume(creation, used) : create(creation);
  });
}

async function create(creation: Creation): Promise<Outcome<User>> {
  const { dependencies, input, clientId, context } = creation;
  const question = { phoneNumber: input.typedPhoneNumber, country: input.country, clientId, context };
  const { verdict, messagingAway } = await judgePhoneNumber(dependencies.messaging, question);
  if ('rejection' in verdict) return refusal(phoneNumberError(verdict.rejection));

  const requestId = newId();
  const saved = await save(creation, { phoneNumber: verdict.phoneNumber, requestId, messagingAway });
  if (saved.kind !== 'saved') return whatHappenedBefore(creation, saved.kind);
  if (messagingAway) {
    dependencies.wakeOutbox();
    return success(saved.user);
  }
  return success(
    await startVerificationNow(dependencies, requestOf(saved.user, requestId, clientId), saved.user, context),
  );
}

function save(
  { dependencies, input, clientId, fingerprint }: Creation,
  { phoneNumber, requestId, messagingAway }: { phoneNumber: string; requestId: string; messagingAway: boolean },
): Promise<SaveOutcome> {
  const { name, country, location, email, locale } = input;
  const details = { name, country, location, email, locale };
  // This request sends the code itself, so the outbox leaves the record alone until the request must be over.
  const leaseMs = messagingAway ? 0 : dependencies.limits.createTimeoutMs + 1_000;
  const user = { ...details, id: newId(), phoneNumber, clientId, requestId, leaseMs, idempotency: fingerprint };
  return dependencies.users.saveNewUser(user);
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

/** A repeat that runs in another process at the same time loses by its number or by its key, and finds the first's user. */
async function whatHappenedBefore(creation: Creation, kind: 'number-taken' | 'key-used'): Promise<Outcome<User>> {
  const { dependencies, fingerprint } = creation;
  const used = fingerprint && (await dependencies.users.findUsedKey(fingerprint));
  if (used) return resume(creation, used);
  return refusal(kind === 'number-taken' ? phoneNumberError('PHONE_NUMBER_TAKEN') : deletedSince());
}

/** Answers a repeat from the user's present state, and goes on where the first call was cut off. */
async function resume({ dependencies, fingerprint, context }: Creation, used: UsedKey): Promise<Outcome<User>> {
  if (used.payloadHash === null) return refusal(deletedSince());
  if (used.payloadHash !== fingerprint?.payloadHash)
    return refusal(userError('IDEMPOTENCY_CONFLICT', 'idempotencyKey'));
  const [user] = await dependencies.users.findUsersByIds([used.userId]);
  if (!user) return refusal(deletedSince());
  if (user.phoneVerification.status !== 'PENDING') return success(user);
  const record = await dependencies.verifications.findRequest(user.id);
  return success(record ? await startVerificationNow(dependencies, record, user, context) : user);
}

function phoneNumberError(code: UserError['code']): UserError {
  return userError(code, code === 'COUNTRY_UNKNOWN' ? 'country' : 'phoneNumber');
}

function deletedSince(): UserError {
  const message = 'The user that this key created has been deleted. Use a new key to create another.';
  return userError('NOT_FOUND', 'idempotencyKey', message);
}
