import type { UserErrorCode } from './user-error.ts';

/** Why a phone number is not valid. */
export type PhoneRejection = Extract<
  UserErrorCode,
  | 'REQUIRED'
  | 'INVALID_FORMAT'
  | 'COUNTRY_UNKNOWN'
  | 'PHONE_NUMBER_INVALID'
  | 'PHONE_NUMBER_WRONG_COUNTRY'
  | 'PHONE_NUMBER_TYPE_NOT_ALLOWED'
  | 'PHONE_NUMBER_BLOCKED'
  | 'RECIPIENT_SUPPRESSED'
>;

/** What a front end can show for each: what is wrong, and what to do. */
export const phoneRejectionSentences: Readonly<Record<PhoneRejection, string>> = {
  REQUIRED: 'There is no phone number here. Give one.',
  INVALID_FORMAT: 'This has characters that no phone number has. Write digits, such as +91 98765 43210.',
  COUNTRY_UNKNOWN: 'There is no such country. Use a code of two letters, such as IN.',
  PHONE_NUMBER_INVALID: 'There is no such phone number. Check the digits, or write it as +91 98765 43210.',
  PHONE_NUMBER_WRONG_COUNTRY:
    'This number does not fit the country. Write it with + and its country code, or correct the country.',
  PHONE_NUMBER_TYPE_NOT_ALLOWED: 'This kind of number takes no codes. Give a mobile number.',
  PHONE_NUMBER_BLOCKED: 'This number is not served. Give another number.',
  RECIPIENT_SUPPRESSED:
    'This number does not take our messages: it replied STOP, or they came back. Reply START from it, or give another.',
};
