import { type Caller, isId } from '@atrium/service-kit';
import type { Verdict } from './guessing.ts';
import type { JudgeGuess } from './judge-guess.ts';
import { mustUseCodes } from './policy.ts';
import { readPurpose } from './purpose.ts';
import { readCode } from './read-code.ts';
import { InputRefused, refused, type UserError } from './user-error.ts';

/** A code as the person typed it, and what it was sent for. */
export interface CheckOneTimeCode {
  readonly userId: string;
  readonly purpose: string;
  readonly code: string;
}

/** Whether the code was accepted; null where there was nothing to judge. */
export interface CheckedCode {
  readonly accepted: boolean | null;
  readonly userErrors: UserError[];
}

type Rejection = Extract<Verdict, { rejection: unknown }>['rejection'];

/**
 * Makes the action that checks a code against the open one of the user, the purpose and the client that asks. The right
 * code is accepted once. Nothing is asked of Profile: who has no code is told what nobody is told as well.
 */
export function createCheckOneTimeCode({ judgeGuess }: { judgeGuess: JudgeGuess }) {
  async function judge(caller: Caller, input: CheckOneTimeCode): Promise<Verdict> {
    const { clientId } = mustUseCodes(caller);
    const purpose = readPurpose(input.purpose);
    if (input.code.trim() === '') throw refused('REQUIRED', 'code', 'Type the code that was sent.');
    if (readCode(input.code) === undefined) {
      throw refused('INVALID_FORMAT', 'code', 'The code has 6 digits. Type it as it was received.');
    }
    if (!isId(input.userId)) return { rejection: 'CODE_NOT_SENT' };
    const key = { userId: input.userId.toLowerCase(), purpose, boundTo: clientId };
    return judgeGuess({ key, typed: input.code, again: 'once' });
  }

  return async (caller: Caller, input: CheckOneTimeCode): Promise<CheckedCode> => {
    try {
      const verdict = await judge(caller, input);
      if (!('rejection' in verdict)) return { accepted: true, userErrors: [] };
      const code = verdict.rejection;
      return { accepted: false, userErrors: [{ code, field: ['input', 'code'], message: sentences[code] }] };
    } catch (error) {
      if (!(error instanceof InputRefused)) throw error;
      return { accepted: null, userErrors: error.userErrors };
    }
  };
}

const sentences: Record<Rejection, string> = {
  CODE_WRONG: 'This is not the code that was sent. Type it again.',
  CODE_EXPIRED: 'The time of this code is over. Ask for a new one.',
  CODE_USED_UP: 'This code was used, or tried wrongly too often. Ask for a new one.',
  CODE_NOT_SENT: 'No code was sent for this. Ask for one.',
  BUDGET_EXCEEDED: 'Too many codes were tried today. Try again tomorrow.',
};
