import { isId } from '@atrium/service-kit';
import { mayWriteUsers } from './policy.ts';
import type { Dependencies, Invocation, Proof } from './ports.ts';
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
 * Proves that the user holds their pending number, which then becomes the current one, or else the current one.
 * Messaging judges the code; the store lets the proof stand only while the number is still this user's. The same right
 * code again is accepted again and tells nobody a second time.
 */
export async function verifyPhone(invocation: Invocation, input: VerifyPhoneInput): Promise<Outcome<User>> {
  const { caller, request: context, dependencies } = invocation;
  const { clientId } = mayWriteUsers(caller);
  const code = readVerificationCode(input.code);
  const user = isId(input.userId) ? await dependencies.users.findUser(input.userId.toLowerCase()) : undefined;
  if (!user) return refusal(userError('NOT_FOUND', 'userId'), ...(isRefused(code) ? [code.error] : []));
  if (isRefused(code)) return refusal(code.error);
  const numbers = numbersToProve(user);
  // A refused number was sent nothing; one that somebody else has taken over is no longer this user's to prove.
  if (numbers.length === 0) {
    return refused(user.phoneVerification.failure === 'PHONE_NUMBER_TAKEN' ? 'PHONE_NUMBER_TAKEN' : 'CODE_NOT_SENT');
  }

  let rejection: UserErrorCode = 'CODE_NOT_SENT';
  for (const phoneNumber of numbers) {
    const attempt = { userId: user.id, phoneNumber, code: code.value, clientId, context };
    const verdict = await dependencies.messaging.checkCode(attempt);
    if ('verifiedAt' in verdict) {
      const { verifiedAt } = verdict;
      return recordProof(dependencies, user, { userId: user.id, phoneNumber, verifiedAt, clientId });
    }
    if (rejection === 'CODE_NOT_SENT') rejection = verdict.rejection;
  }
  return refused(rejection);
}

/** A code for the current number of a user who is verified proves nothing more while another number is pending. */
function numbersToProve({ phoneNumber, phoneVerification: { status }, pendingPhoneChange }: User): string[] {
  const isOpen = status === 'PENDING' || status === 'CODE_SENT' || (status === 'VERIFIED' && !pendingPhoneChange);
  return [...(pendingPhoneChange ? [pendingPhoneChange.phoneNumber] : []), ...(isOpen ? [phoneNumber] : [])];
}

async function recordProof({ verifications, wakeOutbox }: Dependencies, user: User, proof: Proof) {
  const proved =
    proof.phoneNumber === user.pendingPhoneChange?.phoneNumber
      ? await verifications.exchangePhoneNumber(proof)
      : await verifications.recordVerified(proof);
  if (!proved) return refused('PHONE_NUMBER_TAKEN');
  wakeOutbox(user.phoneVerification.status === 'VERIFIED' ? 'user.updated' : 'user.verified');
  return success(proved);
}

function refused(code: UserErrorCode): Outcome<User> {
  if (code === 'BUDGET_EXCEEDED') return refusal(userError(code, 'code', tooManyGuesses));
  return refusal(userError(code, code === 'PHONE_NUMBER_TAKEN' ? 'userId' : 'code'));
}

const tooManyGuesses = 'Too many codes were tried for this number. Try again tomorrow.';
