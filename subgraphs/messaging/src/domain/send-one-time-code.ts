import { type Caller, isId, type KeyedHash, newId } from '@atrium/service-kit';
import type { RefusedBy } from './admit-sends.ts';
import { chooseOwnRecipient } from './choose-recipient.ts';
import { type CodeHashes, newCode } from './code-hash.ts';
import { composeCode } from './compose-message.ts';
import { claimKey } from './idempotency-claim.ts';
import { judgeRecipients } from './judge-recipients.ts';
import type { MessageChannel } from './message.ts';
import type { PhonePolicy } from './phone-policy.ts';
import { mustUseCodes } from './policy.ts';
import type { ChallengeStore, CodeTimes, NewOneTimeCode, OneTimeCodeOutcome, TemplateStore } from './ports.ts';
import { readPurpose } from './purpose.ts';
import type { RecipientHash } from './recipient-hash.ts';
import type { Sealer } from './seal.ts';
import type { NumberPlace, Subjects } from './send-subjects.ts';
import type { Recipient, Suppressions } from './suppressions.ts';
import { chooseTemplate, customaryLocale } from './template.ts';
import type { Contact } from './user.ts';
import { InputRefused, refused, type UserError } from './user-error.ts';

/** What a client asks for. */
export interface SendOneTimeCode {
  readonly userId: string;
  readonly purpose: string;
  readonly channel?: MessageChannel | null | undefined;
  readonly idempotencyKey?: string | null | undefined;
}

/** Since when and until when the code lives, or what to mend. */
export interface SentCode {
  readonly codeSentAt: Date | null;
  readonly codeExpiresAt: Date | null;
  readonly userErrors: UserError[];
}

/** Who asks, and how the person is looked up. */
export interface Asker {
  readonly caller: Caller;
  readonly findContact: (userId: string) => Promise<Contact | null>;
  readonly clientAddress: string | undefined;
}

/** A person and where their code goes. */
interface Reached {
  readonly contact: Contact;
  readonly recipient: Recipient;
  /** Of a number. */
  readonly place?: NumberPlace | undefined;
}

/** The operation whose template carries the code. One that is for something else must not say that it logs in. */
function operationFor(purpose: string): string {
  return purpose === 'LOGIN' ? 'LOGIN_CODE' : 'ONE_TIME_CODE';
}

/** Whether an outcome can only be that of a person who exists: nobody is erased, and nobody's number has a prefix or a country. */
function isOfSomebody(outcome: OneTimeCodeOutcome): boolean {
  return outcome.kind === 'gone' || (outcome.kind === 'over-budget' && ofPlaces.includes(outcome.by));
}

const ofPlaces: readonly RefusedBy[] = ['prefix', 'country', 'breaker'];

/**
 * Makes the action that sends a one-time code to a user, for log-in or a purpose of the caller's own. It belongs to the
 * client that asked: no other one can check it, or end it.
 */
export function createSendOneTimeCode(parts: {
  challenges: ChallengeStore;
  templates: TemplateStore;
  hashes: CodeHashes;
  recipientHash: RecipientHash;
  sealer: Sealer;
  policy: PhonePolicy;
  suppressions: Suppressions;
  keyedHash: KeyedHash;
  times: CodeTimes;
  defaultLocale: string;
  subjects: Subjects;
}) {
  const { challenges, hashes, times, defaultLocale } = parts;
  const { testNumbers } = parts.policy;

  async function send(asker: Asker, input: SendOneTimeCode): Promise<OneTimeCodeOutcome> {
    const { clientId, mayKnowUsers } = mustUseCodes(asker.caller);
    const purpose = readPurpose(input.purpose);
    const claim = claimKey(parts.keyedHash, clientId, input.idempotencyKey, () => [
      'sendOneTimeCode',
      input.userId.toLowerCase(),
      purpose,
      input.channel ?? '',
    ]);
    const repeated = claim && (await challenges.findRepeatedCode(claim));
    if (repeated) return repeated;
    if (!isId(input.userId)) throw noSuchUser();
    const userId = input.userId.toLowerCase();
    const reached = await reach(asker, userId, input.channel, mayKnowUsers);
    const add = async (whom: Reached | undefined) =>
      challenges.addOneTimeCode(
        await makeCode({ userId, purpose, boundTo: clientId }, whom, asker.clientAddress),
        times,
        claim,
      );
    const outcome = await add(reached);
    // Who was erased a moment ago is nobody any more, and where somebody lives is not to be told from nobody's answers.
    return mayKnowUsers || !isOfSomebody(outcome) ? outcome : add(undefined);
  }

  /** Undefined where there is nobody to reach, and the caller is not to know. */
  async function reach(
    { findContact }: Asker,
    userId: string,
    channel: SendOneTimeCode['channel'],
    mayKnowUsers: boolean,
  ): Promise<Reached | undefined> {
    try {
      const contact = await findContact(userId);
      if (!contact) throw noSuchUser();
      return { contact, ...(await chooseRecipient(contact, channel)) };
    } catch (error) {
      if (mayKnowUsers || !(error instanceof InputRefused)) throw error;
      return undefined;
    }
  }

  async function chooseRecipient(
    contact: Contact,
    channel: SendOneTimeCode['channel'],
  ): Promise<Omit<Reached, 'contact'>> {
    const recipient = chooseOwnRecipient(contact, channel);
    if (!recipient) {
      throw refused('NOT_ALLOWED', 'channel', 'The user cannot be reached by this channel. Try another one.');
    }
    if (recipient.channel === 'EMAIL') {
      const [isSuppressed] = await parts.suppressions.isSuppressed([recipient]);
      if (isSuppressed) throw refused('RECIPIENT_SUPPRESSED', 'userId', 'The user’s address takes no messages.');
      return { recipient };
    }
    // What is served may have changed since the user gave the number.
    const [judged] = await judgeRecipients([{ phoneNumber: recipient.to }], parts);
    if (judged?.rejection) {
      throw refused(judged.rejection, 'userId', 'The user’s number takes no codes. Send this one by e-mail.');
    }
    return { recipient, place: judged };
  }

  /** For nobody too, whose code nobody is sent: every further answer is then what it would be for somebody. */
  async function makeCode(
    key: Pick<NewOneTimeCode, 'userId' | 'purpose' | 'boundTo'>,
    reached: Reached | undefined,
    clientAddress: string | undefined,
  ): Promise<NewOneTimeCode> {
    const id = newId();
    const to = reached?.recipient.to ?? `nobody ${key.userId}`;
    const isTest = testNumbers.isTestNumber(to);
    const code = isTest ? testNumbers.code : newCode();
    const recipientHash = parts.recipientHash(to);
    const kept = hashes.keep({ ...key, challengeId: id, recipientHash, code });
    const message = reached && (await compose(reached, key, code));
    const { place } = reached ?? {};
    const subjects = isTest ? [] : parts.subjects.of({ recipientHash, place, clientId: key.boundTo, clientAddress });
    return { ...key, ...kept, id, recipientHash, isTest, message, subjects };
  }

  async function compose(
    { contact, recipient: { channel, to } }: Reached,
    { purpose, boundTo: clientId }: Pick<NewOneTimeCode, 'purpose' | 'boundTo'>,
    code: string,
  ) {
    const operation = operationFor(purpose);
    const locale = contact.locale ?? customaryLocale(contact.country);
    const template = chooseTemplate(await parts.templates.findTemplates(operation), {
      operation,
      channel,
      locale,
      defaultLocale,
    });
    if (!template) throw new Error(`no template for ${operation}`);
    const { userId } = contact;
    const { lifetimeMs } = times;
    return composeCode(parts.sealer, { template, userId, to, clientId, code, lifetimeMs });
  }

  return async (asker: Asker, input: SendOneTimeCode): Promise<SentCode> => {
    try {
      const { codeSentAt, codeExpiresAt } = timesOf(await send(asker, input));
      return { codeSentAt, codeExpiresAt, userErrors: [] };
    } catch (error) {
      if (!(error instanceof InputRefused)) throw error;
      return { codeSentAt: null, codeExpiresAt: null, userErrors: error.userErrors };
    }
  };
}

function timesOf(outcome: OneTimeCodeOutcome): { codeSentAt: Date; codeExpiresAt: Date } {
  switch (outcome.kind) {
    case 'sent':
      return outcome;
    case 'cool-down': {
      const seconds = Math.ceil(outcome.waitMs / 1_000);
      const wait = seconds === 1 ? '1 second' : `${seconds} seconds`;
      throw refused('COOL_DOWN', 'userId', `A code was sent there a moment ago. Ask for another one in ${wait}.`);
    }
    case 'over-budget':
      throw refused(
        'BUDGET_EXCEEDED',
        'userId',
        `Too many codes were asked for. Ask again in ${inWords(outcome.waitMs)}.`,
      );
    case 'conflict':
      throw refused('IDEMPOTENCY_CONFLICT', 'idempotencyKey', 'This key was used with another input. Use a new key.');
    case 'gone':
      throw noSuchUser();
  }
}

function inWords(ms: number): string {
  const minutes = Math.ceil(ms / 60_000);
  if (minutes > 90) return `${Math.ceil(minutes / 60)} hours`;
  return minutes === 1 ? 'a minute' : `${minutes} minutes`;
}

function noSuchUser(): InputRefused {
  return refused('NOT_FOUND', 'userId', 'There is no such user.');
}
