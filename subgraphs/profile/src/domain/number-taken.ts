import { inWords } from './in-words.ts';
import type { NumberAsked, TakenAnswers } from './taken-answers.ts';
import { type UserError, userError } from './user-error.ts';

/** Tells that somebody else holds a number, as long as that may be told. */
export async function numberTaken(takenAnswers: TakenAnswers, asked: NumberAsked): Promise<UserError> {
  const waitMs = await takenAnswers.count(asked);
  return waitMs === undefined ? userError('PHONE_NUMBER_TAKEN', 'phoneNumber') : tooManyTaken(waitMs);
}

/** The answer past the budget: the same for a number that is taken and for one that is free. */
export function tooManyTaken(waitMs: number): UserError {
  const message = `Too many numbers were asked for that others hold. Ask again in ${inWords(waitMs)}.`;
  return userError('BUDGET_EXCEEDED', 'phoneNumber', message);
}
