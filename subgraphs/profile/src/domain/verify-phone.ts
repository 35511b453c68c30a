import { isId } from '@atrium/service-kit';
import { mayWriteUsers } from './policy.ts';
import type { Invocation } from './ports.ts';
import { isRefused } from './text.ts';
import type { User, UserErrorCode } from './user.ts';
import { type Outcome, refusal, success, userError } from './user-error.ts';
import { readVerificationCode } from './verification-code.ts';

/** Whose number is proved, and by which code. */
export interface VerifyPhoneInput {
  readonly userId: string;
  readonly code: string;
}

/**
 * Proves that the user holds their current number. Messaging judges the code; the store lets the proof stand only while
 * the number is still this user's. The same right code again is accepted again and tells nobody a second time.
 */
export async function verifyPhone(invocation: Invocation, input: VerifyPhoneInput): Promise<Outcome<User>> {
  const { caller, request: context, dependencies } = invocation;
  const { clientId } = mayWriteUsers(caller);
  const code = readVerificationCode(input.code);
  const [user] = isId(input.userId) ? await dependencies.users.findUsersByIds([input.userId.toLowerCase()]) : [];
  if (!user) return refusal(userError('NOT_FOUND', 'userId'), ...(isRefused(code) ? [code.error] : []));
  if (isRefused(code)) return refusal(code.error);
  const { status, failure } = user.phoneVerification;
  // A refused number was sent nothing; one that somebody else has taken over is no longer this user's to prove.
  if (status === 'FAILED') return refused(failure === 'PHONE_NUMBER_TAKEN' ? failure : 'CODE_NOT_SENT');

  const { id: userId, phoneNumber } = user;
  const attempt = { userId, phoneNumber, code: code.value, clientId, context };
  const verdict = await dependencies.messaging.checkCode(attempt);
  if ('rejection' in verdict) return refused(verdict.rejection);

  const { verifiedAt } = verdict;
  const verified = await dependencies.verifications.recordVerified({ userId, phoneNumber, verifiedAt, clientId });
  if (!verified) return refused('PHONE_NUMBER_TAKEN');
  dependencies.wakeOutbox('user.verified');
  return success(verified);
}

function refused(code: UserErrorCode): Outcome<User> {
  return refusal(userError(code, code === 'PHONE_NUMBER_TAKEN' ? 'userId' : 'code'));
}
