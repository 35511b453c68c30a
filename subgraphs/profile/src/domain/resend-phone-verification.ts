import { isId, newId } from '@atrium/service-kit';
import { mayWriteUsers } from './policy.ts';
import type { Invocation } from './ports.ts';
import { notSent, startOrLeave } from './start-verification.ts';
import type { User } from './user.ts';
import { type Outcome, refusal, success, userError } from './user-error.ts';

/** Who waits for a code. */
export interface ResendPhoneVerificationInput {
  readonly userId: string;
}

/**
 * Has a new code sent to the number that waits to be proved: the pending one, or else the current one. A request that
 * was made before and still waits is hurried instead. Where Messaging is away or slow the outbox sends it later.
 */
export async function resendPhoneVerification(
  invocation: Invocation,
  input: ResendPhoneVerificationInput,
): Promise<Outcome<User>> {
  const { caller, request, dependencies } = invocation;
  const { clientId } = mayWriteUsers(caller);
  if (!isId(input.userId)) return refusal(userError('NOT_FOUND', 'userId'));

  const { createTimeoutMs, resendCoolDownMs: coolDownMs } = dependencies.limits;
  const deadline = Math.min(request.deadline, performance.now() + createTimeoutMs);
  const outcome = await dependencies.verifications.requestCodeAgain({
    userId: input.userId.toLowerCase(),
    requestId: newId(),
    leaseMs: createTimeoutMs + 1_000,
    clientId,
    coolDownMs,
  });
  switch (outcome.kind) {
    case 'not-found':
      return refusal(userError('NOT_FOUND', 'userId'));
    case 'verified':
      return refusal(userError('NOT_ALLOWED', 'userId', nothingToVerify));
    case 'failed':
      return refusal(userError(outcome.user.phoneVerification.failure ?? 'NOT_ALLOWED', 'userId', refusedNumber));
    case 'cool-down':
      return refusal(userError('COOL_DOWN', 'userId', coolDown(outcome.until)));
    case 'requested': {
      const { record, user } = outcome;
      const started = await startOrLeave(dependencies, record, user, { ...request, deadline });
      return started.refused
        ? refusal(notSent(started.refused, 'userId', started.user))
        : success(started.user ?? user);
    }
  }
}

const nothingToVerify = 'The number is verified, and no other one is pending. To prove another, change the number.';
const refusedNumber = 'The number was refused, or somebody else has taken it over. Change it to another.';

function coolDown(until: Date): string {
  return `A code was sent a moment ago. Ask for another one after ${until.toISOString()}.`;
}
