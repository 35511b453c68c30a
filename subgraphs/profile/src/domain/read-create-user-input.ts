import { hasControls } from '@atrium/service-kit';
import { judgePhoneNumberForm, readTypedPhoneNumber } from './phone-number.ts';
import { isRefused } from './text.ts';
import type { UserDetails } from './user.ts';
import { readUserDetails } from './user-details.ts';
import { type Outcome, refusal, success, type UserError, userError } from './user-error.ts';

/** What a client gives for a new user. */
export interface CreateUserInput {
  readonly name: string;
  readonly phoneNumber: string;
  readonly country: string;
  readonly location?: string | null;
  readonly email?: string | null;
  readonly locale?: string | null;
  readonly idempotencyKey?: string | null;
}

/** A new user's input, as far as Profile alone can judge it. */
export interface JudgedCreateUserInput extends UserDetails {
  /** As it was typed. */
  readonly typedPhoneNumber: string;
  readonly idempotencyKey: string | undefined;
}

/**
 * Judges what is Profile's own and reports all faults together. A number whose form alone is wrong joins other faults,
 * so that a person mends everything at once; without other faults the judgement of the number is Messaging's.
 */
export function readCreateUserInput(input: CreateUserInput): Outcome<JudgedCreateUserInput, never> {
  const { details, errors } = readUserDetails(input);
  const typed = readTypedPhoneNumber(input.phoneNumber);
  const key = input.idempotencyKey ?? undefined;
  if (isRefused(typed)) errors.push(typed.error);
  if (key !== undefined) errors.push(...faultsOfKey(key));

  const { name, country } = details;
  if (errors.length === 0 && name !== undefined && country !== undefined && !isRefused(typed)) {
    const { location = null, email = null, locale = null } = details;
    return success({ name, country, location, email, locale, typedPhoneNumber: typed.value, idempotencyKey: key });
  }
  if (!isRefused(typed)) errors.push(...faultsOfForm(typed.value, country));
  return refusal(...errors);
}

function faultsOfForm(typed: string, country: string | undefined): UserError[] {
  const form = judgePhoneNumberForm(typed, country);
  if ('phoneNumber' in form) return [];
  // A national number cannot be judged while its country is unknown; the country's own entry says what to mend.
  if (country === undefined && form.rejection !== 'INVALID_FORMAT' && !typed.startsWith('+')) return [];
  return [userError(form.rejection, 'phoneNumber')];
}

/** What is wrong with an idempotency key. */
export function faultsOfKey(key: string): UserError[] {
  if (key === '') return [userError('REQUIRED', 'idempotencyKey', 'An empty key is none. Give one or leave it out.')];
  if (key.length > 400 || [...key].length > 200) {
    return [userError('TOO_LONG', 'idempotencyKey', 'This is too long. Shorten it to 200 characters.')];
  }
  if (hasControls(key)) return [userError('INVALID_FORMAT', 'idempotencyKey')];
  return [];
}
