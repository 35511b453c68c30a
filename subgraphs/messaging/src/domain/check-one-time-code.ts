import { type Caller, isId } from '@atrium/service-kit';
import type { Verdict } from './guessing.ts';
import type { JudgeGuess } from './judge-guess.ts';
import { mustUseCodes } from './policy.ts';
import type { AcceptanceCounter } from './ports.ts';
import { readPurpose } from './purpose.ts';
import { readCode } from './read-code.ts';
import type { RecipientHash } from './recipient-hash.ts';
import type { Subjects } from './send-subjects.ts';
import type { Contact } from './user.ts';
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

/** Who asks, and how the person is looked up. */
interface Checker {
  readonly caller: Caller;
  readonly findContact: (userId: string) => Promise<Contact | null>;
}

type Accepted = Extract<Verdict, { acceptedAt: unknown }>;
type Rejection = Extract<Verdict, { rejection: unknown }>['rejection'];

/**
 * Makes the action that checks a code against the open one of the user, the purpose and the client that asks. The right
 * code is accepted once. Nothing is asked of Profile: who has no code is told what nobody is told as well.
 */
export function createCheckOneTimeCode(parts: {
  judgeGuess: JudgeGuess;
  recipientHash: RecipientHash;
  subjects: Subjects;
  acceptances: AcceptanceCounter;
}) {
  async function judge(caller: Caller, input: CheckOneTimeCode): Promise<Verdict> {
    const { clientId } = mustUseCodes(caller);
    const purpose = readPurpose(input.purpose);
    if (input.code.trim() === '') throw refused('REQUIRED', 'code', 'Type the code that was sent.');
    if (readCode(input.code) === undefined) {
      throw refused('INVALID_FORMAT', 'code', 'The code has 6 digits. Type it as it was received.');
    }
    if (!isId(input.userId)) return { rejection: 'CODE_NOT_SENT' };
    const key = { userId: input.userId.toLowerCase(), purpose, boundTo: clientId };
    return parts.judgeGuess({ key, typed: input.code, again: 'once', places: [] });
  }

  /**
   * A code that was sent as an SMS counts for the breakers that its sending counted for. Their number is not kept
   * readable, so Profile is asked for it; with Profile away a log-in goes on, and is not counted.
   */
  async function countAccepted({ findContact }: Checker, userId: string, { challenge }: Accepted): Promise<void> {
    if (challenge.isTest) return;
    const contact = await findContact(userId.toLowerCase()).catch(() => null);
    const number = contact?.phoneNumber;
    if (!number || !parts.recipientHash(number).equals(challenge.recipientHash)) return;
    await parts.acceptances.countAccepted(challenge.id, parts.subjects.placesOf(number));
  }

  return async (checker: Checker, input: CheckOneTimeCode): Promise<CheckedCode> => {
    try {
      const verdict = await judge(checker.caller, input);
      if (!('rejection' in verdict)) {
        await countAccepted(checker, input.userId, verdict);
        return { accepted: true, userErrors: [] };
      }
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
