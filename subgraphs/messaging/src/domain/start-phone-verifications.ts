import { type Caller, isId, newId } from '@atrium/service-kit';
import { type KeyedHashes, newCode } from './code-hash.ts';
import { composeMessage } from './compose-message.ts';
import { isCountry, type PhoneNumberJudgement } from './judge-phone-number.ts';
import { judgeRecipients } from './judge-recipients.ts';
import type { PhonePolicy } from './phone-policy.ts';
import { mustBeService } from './policy.ts';
import type { ChallengeOutcome, ChallengeStore, NewChallenge, TemplateStore } from './ports.ts';
import type { Sealer } from './seal.ts';
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
  hashes: KeyedHashes;
  sealer: Sealer;
  policy: PhonePolicy;
  suppressions: Suppressions;
  codeLifetimeMs: number;
  defaultLocale: string;
}) {
  const { challenges, hashes, sealer, codeLifetimeMs, defaultLocale } = parts;
  const { testNumbers } = parts.policy;

  function toChallenge(
    input: StartPhoneVerification,
    { rejection, phoneNumber: to }: PhoneNumberJudgement,
    templates: readonly MessageTemplate[],
  ): NewChallenge {
    const id = newId();
    const requestId = input.requestId.toLowerCase();
    const userId = input.userId.toLowerCase();
    const base = { id, requestId, userId, numberHash: hashes.ofPhoneNumber(to ?? input.phoneNumber) };
    if (rejection || to === null) return { ...base, outcome: { rejection: rejection ?? 'PHONE_NUMBER_INVALID' } };
    const template = chooseTemplate(templates, { operation, channel: 'SMS', locale: localeOf(input), defaultLocale });
    if (!template) throw new Error(`no template for ${operation}`);
    const code = testNumbers.isTestNumber(to) ? testNumbers.code : newCode();
    const codeHash = hashes.ofCode({ challengeId: id, userId, phoneNumber: to, code });
    const values = { code, minutes: Math.max(1, Math.floor(codeLifetimeMs / 60_000)) };
    const { clientId } = input;
    const message = composeMessage(sealer, {
      template,
      userId,
      to,
      values,
      clientId,
      code,
      lifetimeMs: codeLifetimeMs,
    });
    return { ...base, outcome: { codeHash, message } };
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
      codeLifetimeMs,
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
