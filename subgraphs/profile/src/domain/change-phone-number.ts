import { isId, newId, type RequestContext } from '@atrium/service-kit';
import type { IdempotencyFingerprint } from './idempotency.ts';
import { judgePhoneNumber } from './judge-phone-number.ts';
import { numberTaken, tooManyTaken } from './number-taken.ts';
import { readTypedPhoneNumber } from './phone-number.ts';
import { mayWriteUsers } from './policy.ts';
import type { Dependencies, Invocation, PhoneChangeOutcome, UsedKey } from './ports.ts';
import { faultsOfKey } from './read-create-user-input.ts';
import { notSent, startOrLeave } from './start-verification.ts';
import { isRefused } from './text.ts';
import type { User } from './user.ts';
import { type Outcome, refusal, success, userError } from './user-error.ts';
import { deletedSince, userOfKey } from './user-of-key.ts';

/** Whose number is to be changed, and to which. */
export interface ChangePhoneNumberInput {
  readonly userId: string;
  readonly phoneNumber: string;
  readonly idempotencyKey?: string | null;
}

interface JudgedInput {
  readonly userId: string;
  /** As it was typed. */
  readonly phoneNumber: string;
  readonly idempotencyKey: string | undefined;
}

/** Everything about one call of changePhoneNumber once its input is judged. */
interface Change {
  readonly dependencies: Dependencies;
  readonly input: JudgedInput;
  readonly clientId: string;
  readonly context: RequestContext;
  readonly fingerprint: IdempotencyFingerprint | undefined;
}

/**
 * Claims a new number for a user and has a code sent to it. The old number stays the current one until verifyPhone is
 * called with that code. Where Messaging is away or slow the outbox sends it later. A refusal leaves nothing behind,
 * not even the idempotency key.
 */
export async function changePhoneNumber(invocation: Invocation, input: ChangePhoneNumberInput): Promise<Outcome<User>> {
  const { caller, request, dependencies } = invocation;
  const { clientId } = mayWriteUsers(caller);
  const judged = readInput(input);
  if (!judged.ok) return refusal(...judged.errors);

  const deadline = Math.min(request.deadline, performance.now() + dependencies.limits.createTimeoutMs);
  const { idempotencyKey, ...payload } = judged.value;
  const fingerprint =
    idempotencyKey === undefined ? undefined : dependencies.idempotency.fingerprint(clientId, idempotencyKey, payload);
  const change = { dependencies, input: judged.value, clientId, context: { ...request, deadline }, fingerprint };
  if (!fingerprint) return begin(change);
  return dependencies.idempotency.once(fingerprint, async () => {
    const used = await dependencies.users.findUsedKey(fingerprint);
    return used ? resume(change, used) : begin(change);
  });
}

function readInput(input: ChangePhoneNumberInput): Outcome<JudgedInput> {
  const typed = readTypedPhoneNumber(input.phoneNumber);
  const idempotencyKey = input.idempotencyKey ?? undefined;
  const errors = [
    ...(isId(input.userId) ? [] : [userError('NOT_FOUND', 'userId')]),
    ...(isRefused(typed) ? [typed.error] : []),
    ...(idempotencyKey === undefined ? [] : faultsOfKey(idempotencyKey)),
  ];
  if (errors.length > 0 || isRefused(typed)) return refusal(...errors);
  return success({ userId: input.userId.toLowerCase(), phoneNumber: typed.value, idempotencyKey });
}

async function begin(change: Change): Promise<Outcome<User>> {
  const { dependencies, input, clientId, context, fingerprint } = change;
  const { userId, phoneNumber: typed } = input;
  const user = await dependencies.users.findUser(userId);
  if (!user) return refusal(userError('NOT_FOUND', 'userId'));
  const question = { phoneNumber: typed, country: user.country, clientId, context };
  const { verdict, messagingAway } = await judgePhoneNumber(dependencies.messaging, question);
  if ('rejection' in verdict) return refusal(userError(verdict.rejection, 'phoneNumber'));

  const { phoneNumber } = verdict;
  const waitMs = dependencies.takenAnswers.knownWaitMs({ clientId, phoneNumber });
  if (waitMs !== undefined) return refusal(tooManyTaken(waitMs));
  // This request has the code sent itself, so the outbox leaves the record alone until the request must be over.
  const leaseMs = messagingAway ? 0 : dependencies.limits.createTimeoutMs + 1_000;
  const requested = { userId, phoneNumber, clientId, requestId: newId(), leaseMs, idempotency: fingerprint };
  const outcome = await dependencies.users.changePhoneNumber(requested);
  if (outcome.kind !== 'pending') return refused(change, phoneNumber, outcome.kind);
  dependencies.wakeOutbox('user.updated');
  if (!messagingAway) return sendCode(change, outcome.user);
  dependencies.wakeOutbox('phone.change-requested');
  return success(outcome.user);
}

/** Has the code sent that still has to be; a number that Messaging refuses after all ends the change. */
async function sendCode(change: Change, user: User): Promise<Outcome<User>> {
  const { dependencies, context, fingerprint } = change;
  const record = await dependencies.verifications.findRequest(user.id, 'phone.change-requested');
  if (!record) return success(user);
  const { user: current = user, refused } = await startOrLeave(dependencies, record, user, context);
  if (!refused) return success(current);
  if (fingerprint) await dependencies.users.releaseKey(fingerprint);
  return refusal(notSent(refused, 'phoneNumber'));
}

async function refused(
  change: Change,
  phoneNumber: string,
  kind: Exclude<PhoneChangeOutcome['kind'], 'pending'>,
): Promise<Outcome<User>> {
  switch (kind) {
    case 'not-found':
      return refusal(userError('NOT_FOUND', 'userId'));
    case 'number-taken':
      return refusal(await numberTaken(change.dependencies.takenAnswers, { clientId: change.clientId, phoneNumber }));
    case 'own-number':
      return refusal(
        userError('NOT_ALLOWED', 'phoneNumber', 'This is the user’s number already. Give the one to change it to.'),
      );
    case 'key-used': {
      const { dependencies, fingerprint } = change;
      const used = fingerprint && (await dependencies.users.findUsedKey(fingerprint));
      return used ? resume(change, used) : refusal(deletedSince());
    }
  }
}

/** Answers a repeat from the user's present state, and goes on where the first call was cut off. */
async function resume(change: Change, used: UsedKey): Promise<Outcome<User>> {
  const found = await userOfKey(change.dependencies.users, used, change.fingerprint);
  return found.ok ? sendCode(change, found.value) : found;
}
