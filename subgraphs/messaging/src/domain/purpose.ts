import { refused } from './user-error.ts';

/** The purpose of the codes that prove a phone number; services alone have it. */
export const phoneVerification = 'PHONE_VERIFICATION';

const maxLength = 50;

/** What a one-time code is for: LOGIN, or a word of the caller's own. */
export function readPurpose(typed: string): string {
  const purpose = typed.trim();
  if (purpose === '') throw refused('REQUIRED', 'purpose', 'Say what the code is for, such as LOGIN.');
  if (purpose.length > maxLength) throw refused('TOO_LONG', 'purpose', `Give at most ${maxLength} characters.`);
  if (!/^[A-Z][A-Z0-9_]*$/.test(purpose)) {
    throw refused(
      'INVALID_FORMAT',
      'purpose',
      'Write it in capital letters, digits and underscores, beginning with a letter: LOGIN, CONFIRM_PAYMENT.',
    );
  }
  // A code that proves a number must come from createUser, changePhoneNumber or resendPhoneVerification only.
  if (/^PHONE(_|$)/.test(purpose)) {
    throw refused('NOT_ALLOWED', 'purpose', 'Words that begin with PHONE are Atrium’s own. Choose another.');
  }
  return purpose;
}
