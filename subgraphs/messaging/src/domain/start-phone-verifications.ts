import { type Caller, isId, newId } from '@atrium/service-kit';
import { type CodeHashes, newCode } from './code-hash.ts';
import { composeCode } from './compose-message.ts';
import { isCountry, type PhoneNumberJudgement } from './judge-phone-number.ts';
import { judgeRecipients } from './judge-recipients.ts';
import type { PhonePolicy } from './phone-policy.ts';
import { mustBeService } from './policy.ts';
import type { ChallengeOutcome, ChallengeStore, CodeTimes, NewChallenge, TemplateStore } from './ports.ts';
import { phoneVerification as purpose } from './purpose.ts';
import type { RecipientHash } from './recipient-hash.ts';
import type { Sealer } from './seal.ts';
import type { Subjects } from './send-subjects.ts';
import type { Suppressions } from './suppressions.ts';
import { canonicalLocale, chooseTemplate, customaryLocale, type MessageTemplate } from './template.ts';
import type { UserErrorCode } from './user-error.ts';

/** One request of a sister service. */
export interface StartPhoneVerification {
  readonly requestId: string;
  readonly userId: string;
  readonly phoneNumber: string;
  readonly country: string;
  readonly locale?: string | null | undefined;
  readonly clientId: string;
  readonly clientAddress?: string | null | undefined;
  readonly comesAgain?: boolean | null | undefined;
}

/**
 * The operation whose template carries the code. It never shows the name: whoever creates a user chooses both that text
 * and the number that it would go to.
 */
const operation = 'PHONE_VERIFICATION';

/** Makes the action that judges numbers, makes their codes and queues the messages that carry them. */
export function createStartPhoneVerifications(parts: {
  challenges: ChallengeStore;
  templates: TemplateStore;
  hashes: CodeHashes;
  recipientHash: RecipientHash;
  sealer: Sealer;
  policy: PhonePolicy;
  suppressions: Suppressions;
  times: CodeTimes;
  subjects: Subjects;
  defaultLocale: string;
}) {
  const { challenges, hashes, sealer, times, defaultLocale } = parts;
  const { testNumbers } = parts.policy;

  function toChallenge(
    input: StartPhoneVerification,
    judged: PhoneNumberJudgement,
    templates: readonly MessageTemplate[],
  ): NewChallenge {
    const { rejection, phoneNumber: to } = judged;
    const id = newId();
    const requestId = input.requestId.toLowerCase();
    const userId = input.userId.toLowerCase();
    const recipientHash = parts.recipientHash(to ?? input.phoneNumber);
    const boundTo = recipientHash.toString('base64');
    const comesAgain = input.comesAgain ?? true;
    const base = { id, requestId, userId, purpose, boundTo, recipientHash, comesAgain };
    if (rejection || to === null)
      return { ...base, isTest: false, outcome: { rejection: rejection ?? 'PHONE_NUMBER_INVALID' } };
    const template = chooseTemplate(templates, { operation, channel: 'SMS', locale: localeOf(input), defaultLocale });
    if (!template) throw new Error(`no template for ${operation}`);
    const isTest = testNumbers.isTestNumber(to);
    const code = isTest ? testNumbers.code : newCode();
    const kept = hashes.keep({ challengeId: id, userId, purpose, recipientHash, code });
    const { clientId, clientAddress } = input;
    const subjects = isTest ? [] : parts.subjects.of({ recipientHash, place: judged, clientId, clientAddress });
    const { lifetimeMs } = times;
    const message = composeCode(sealer, { template, userId, to, clientId, code, lifetimeMs });
    return { ...base, isTest, outcome: { ...kept, message, subjects } };
  }

  return async (caller: Caller, inputs: readonly StartPhoneVerification[]): Promise<ChallengeOutcome[]> => {
    mustBeService(caller);
    const templates = await parts.templates.findTemplates(operation);
    const usable = inputs.filter(({ requestId, userId }) => isId(requestId) && isId(userId));
    const judged = await judgeRecipients(
      usable.map(({ phoneNumber }) => ({ phoneNumber })),
      parts,
    );
    const outcomes = await challenges.addChallenges(
      usable.map((input, index) => toChallenge(input, judged[index] as PhoneNumberJudgement, templates)),
      times,
    );
    return inputs.map(({ requestId }) => {
      const absent = refusal(requestId, isId(requestId) ? 'NOT_FOUND' : 'INVALID_FORMAT');
      return outcomes.get(requestId.toLowerCase()) ?? absent;
    });
  };
}

function refusal(requestId: string, rejection: UserErrorCode): ChallengeOutcome {
  return { requestId, codeSentAt: null, codeExpiresAt: null, rejection };
}

function localeOf({ locale, country }: StartPhoneVerification): string {
  return canonicalLocale(locale ?? '') ?? customaryLocale(isCountry(country) ? country : 'US');
}
