import type { UserErrorCode } from './user.ts';

/** Something the caller can mend. */
export interface UserError {
  readonly code: UserErrorCode;
  /** The way to the input field; null where no one field is to blame. */
  readonly field: string[] | null;
  readonly message: string;
}

/** What an action that can fail by its input answers: what was asked for, or what to mend and what there is instead. */
export type Outcome<T, Current = T> = Success<T> | Refusal<Current>;

interface Success<T> {
  readonly ok: true;
  readonly value: T;
}

interface Refusal<Current> {
  readonly ok: false;
  readonly errors: UserError[];
  readonly current?: Current;
}

/** An action went well. */
export function success<T>(value: T): Success<T> {
  return { ok: true, value };
}

/** An action was refused for these reasons. */
export function refusal(...errors: UserError[]): Refusal<never> {
  return { ok: false, errors };
}

/** A user is not of the version that was expected; `current` is what they are. */
export function versionConflict<Current>(current: Current): Refusal<Current> {
  return { ok: false, errors: [userError('VERSION_CONFLICT', 'expectedVersion')], current };
}

/** An entry of `userErrors` about a field of the input. */
export function userError(code: UserErrorCode, field: string, message: string = messages[code]): UserError {
  return { code, field: ['input', field], message };
}

/** What to do about each code, where the place has nothing more precise to say. */
const messages: Record<UserErrorCode, string> = {
  REQUIRED: 'This is missing. Give a value.',
  TOO_LONG: 'This is too long. Shorten it.',
  TOO_SHORT: 'This is too short. Lengthen it.',
  INVALID_FORMAT: 'This has characters that do not belong here. Remove them.',
  OUT_OF_RANGE: 'This number is out of range. Choose another.',
  NOT_FOUND: 'There is no such user. Check the id.',
  NOT_ALLOWED: 'This is not allowed here. Check what you ask for.',
  VERSION_CONFLICT: 'The user changed since you read them. Look at the current version and decide again.',
  IDEMPOTENCY_CONFLICT: 'This key was used with another input. Use a new key for a new input.',
  PHONE_NUMBER_INVALID: 'There is no such phone number. Check the digits, or write it as +91 98765 43210.',
  PHONE_NUMBER_WRONG_COUNTRY:
    'This number does not fit the country. Write it with + and its country code, or correct the country.',
  PHONE_NUMBER_TYPE_NOT_ALLOWED: 'This kind of number takes no codes. Give a mobile number.',
  PHONE_NUMBER_BLOCKED: 'This number is not served. Give another number.',
  PHONE_NUMBER_TAKEN: 'Another user holds this number. Log in as that user, or give another number.',
  COUNTRY_UNKNOWN: 'There is no such country. Use a code of two letters, such as IN.',
  EMAIL_INVALID: 'This is no e-mail address. Write it as asha@example.com.',
  LOCALE_INVALID: 'This is no language tag. Write it as hi or en-GB.',
  CODE_WRONG: 'This is not the code that was sent. Type it again.',
  CODE_EXPIRED: 'The time of this code is over. Ask for a new one.',
  CODE_USED_UP: 'Too many wrong tries: this code is dead. Ask for a new one.',
  CODE_NOT_SENT: 'No code was sent yet. Wait until the status is CODE_SENT.',
  COOL_DOWN: 'A code was sent a moment ago. Wait a minute, then ask again.',
  BUDGET_EXCEEDED: 'Too many codes were asked for. Wait an hour, then ask again.',
  RECIPIENT_SUPPRESSED:
    'This number does not take our messages: it replied STOP, or they came back. Reply START from it, or give another.',
};
