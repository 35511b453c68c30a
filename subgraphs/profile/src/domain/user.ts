/** How far the proof of a phone number has come. */
export type PhoneVerificationStatus = 'PENDING' | 'CODE_SENT' | 'VERIFIED' | 'FAILED';

/** The proof of the current phone number; the challenge itself is Messaging's. */
export interface PhoneVerification {
  readonly status: PhoneVerificationStatus;
  readonly codeSentAt: Date | null;
  readonly codeExpiresAt: Date | null;
  readonly verifiedAt: Date | null;
  readonly failure: UserErrorCode | null;
}

/** A number that takes the place of the current one once it is proved. */
export interface PhoneNumberChange {
  /** E.164. */
  readonly phoneNumber: string;
  readonly codeSentAt: Date | null;
  readonly codeExpiresAt: Date | null;
}

/** A person who uses the messaging app. */
export interface User {
  readonly id: string;
  readonly name: string;
  /** E.164. */
  readonly phoneNumber: string;
  readonly phoneVerification: PhoneVerification;
  readonly pendingPhoneChange: PhoneNumberChange | null;
  readonly email: string | null;
  readonly country: string;
  readonly location: string | null;
  readonly locale: string | null;
  readonly createdAt: Date;
  readonly updatedAt: Date;
  /**
   * Counts the changes of the person, from 1: their details, a number proved, refused or lost. That a code was sent is
   * progress and no change, so that nobody who edits a fresh user meets a VERSION_CONFLICT that no person caused.
   */
  readonly version: number;
  /** Counts every write of what is kept of the user, progress included: of two copies the older has the lower one. */
  readonly revision: number;
}

/** What a user is made of, judged and in the form in which it is kept. */
export interface UserDetails {
  readonly name: string;
  readonly country: string;
  readonly location: string | null;
  readonly email: string | null;
  readonly locale: string | null;
}

/** What can be wrong with an input; docs/ERRORS.md has a sentence for each. */
export const userErrorCodes = [
  'REQUIRED',
  'TOO_LONG',
  'TOO_SHORT',
  'INVALID_FORMAT',
  'OUT_OF_RANGE',
  'NOT_FOUND',
  'NOT_ALLOWED',
  'VERSION_CONFLICT',
  'IDEMPOTENCY_CONFLICT',
  'PHONE_NUMBER_INVALID',
  'PHONE_NUMBER_WRONG_COUNTRY',
  'PHONE_NUMBER_TYPE_NOT_ALLOWED',
  'PHONE_NUMBER_BLOCKED',
  'PHONE_NUMBER_TAKEN',
  'COUNTRY_UNKNOWN',
  'EMAIL_INVALID',
  'LOCALE_INVALID',
  'CODE_WRONG',
  'CODE_EXPIRED',
  'CODE_USED_UP',
  'CODE_NOT_SENT',
  'COOL_DOWN',
  'BUDGET_EXCEEDED',
  'RECIPIENT_SUPPRESSED',
] as const;

/** A code of the closed list. */
export type UserErrorCode = (typeof userErrorCodes)[number];

/** A text as a code of the closed list; a code that only a newer sister knows is told as NOT_ALLOWED. */
export function toUserErrorCode(code: string): UserErrorCode {
  return userErrorCodes.find((known) => known === code) ?? 'NOT_ALLOWED';
}
