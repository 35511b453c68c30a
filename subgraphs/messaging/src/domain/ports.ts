import type { Page, RequestContext, UserEvent } from '@atrium/service-kit';
import type DataLoader from 'dataloader';
import type { RefusedBy } from './admit-sends.ts';
import type { KeptCode } from './code-hash.ts';
import type { Message, MessageChannel, MessageContent, NewMessage } from './message.ts';
import type { ToldReason } from './provider-event.ts';
import type { BreakerChange } from './send-breaker.ts';
import type { SendSubject } from './send-subjects.ts';
import type { MessageTemplate, TemplateKey, TemplateText } from './template.ts';
import type { Contact } from './user.ts';
import type { UserErrorCode } from './user-error.ts';

/** The templates that count at this moment, from memory: sending asks for them with every message. */
export interface TemplateStore {
  /** All channels and languages of an operation. */
  findTemplates(operation: string): Promise<readonly MessageTemplate[]>;
  /** All there are, by operation, channel and language. */
  findAllTemplates(): Promise<readonly MessageTemplate[]>;
}

/** Where templates are kept, each text as a version that never changes. */
export interface TemplateArchive {
  /**
   * Makes a text the one that counts, as its template's next version; a text that counts already stays as it is.
   * Undefined where there are as many templates as may be.
   */
  saveTemplate(text: TemplateText, clientId: string): Promise<MessageTemplate | undefined>;
  /** Takes an operator's text away: the latest shipped one counts again, if there is one. */
  removeTemplate(key: TemplateKey): Promise<'removed' | 'shipped' | 'absent'>;
  /** Every text that a template had, the newest first. */
  findVersions(key: TemplateKey): Promise<MessageTemplate[]>;
}

/** An idempotency key that a client used and what it asked for, both as keyed hashes. */
export interface IdempotencyClaim {
  readonly clientId: string;
  readonly key: string;
  readonly inputHash: Buffer;
}

/** What became of a message that was to be queued. */
export type QueueOutcome =
  | { kind: 'queued'; message: Message }
  /** The key was used with this input before: the first message. */
  | { kind: 'repeated'; message: Message }
  /** The key was used with another input. */
  | { kind: 'conflict' }
  /** The user has been erased. */
  | { kind: 'gone' };

/** The messages and the work queue that goes with them; a message and its job are written together or not at all. */
export interface MessageStore {
  queueMessage(message: NewMessage, claim: IdempotencyClaim | undefined): Promise<QueueOutcome>;
  /** What a live idempotency key stands for. */
  findRepeated(claim: IdempotencyClaim): Promise<Extract<QueueOutcome, { kind: 'repeated' | 'conflict' }> | undefined>;
}

/** Where a challenge belongs: at most one code is open for each. */
export interface ChallengeKey {
  readonly userId: string;
  /** PHONE_VERIFICATION, LOGIN, or a caller's own word. */
  readonly purpose: string;
  /** For PHONE_VERIFICATION the number that it proves, as its hash in base64; else the client that asked for the code. */
  readonly boundTo: string;
}

/** A code as it is kept, and where it belongs. */
interface BoundCode extends ChallengeKey, KeptCode {
  readonly id: string;
  readonly recipientHash: Buffer;
  /** Whether it goes to a test number, which has no cool-down and no budget. */
  readonly isTest: boolean;
}

/** A code that is to be made for a user and a number; or the refusal to make one. */
export interface NewChallenge extends ChallengeKey {
  readonly id: string;
  readonly requestId: string;
  /** Whether the same request comes again by itself where it is refused for the moment. */
  readonly comesAgain: boolean;
  readonly recipientHash: Buffer;
  /** Whether it goes to a test number, which has no cool-down and no budget. */
  readonly isTest: boolean;
  readonly outcome:
    | (KeptCode & { message: NewMessage; subjects: readonly SendSubject[] })
    | { rejection: UserErrorCode };
}

/** The answer to a request for a code, now and whenever it is repeated; but COOL_DOWN and BUDGET_EXCEEDED are of the moment and not kept. */
export interface ChallengeOutcome {
  readonly requestId: string;
  readonly codeSentAt: Date | null;
  readonly codeExpiresAt: Date | null;
  readonly rejection: UserErrorCode | null;
  /** When to ask again, where the rejection is for the moment only and is not remembered. */
  readonly retryAfterMs?: number | null;
}

/** A code that a client asks for. */
export interface NewOneTimeCode extends BoundCode {
  /** Absent where there is nobody to send it to, and nobody is to know. */
  readonly message: NewMessage | undefined;
  readonly subjects: readonly SendSubject[];
}

/** What became of a request for a one-time code. */
export type OneTimeCodeOutcome =
  /** Now, or when the key was first used with this input. */
  | { kind: 'sent'; codeSentAt: Date; codeExpiresAt: Date }
  | { kind: 'cool-down'; waitMs: number }
  | { kind: 'over-budget'; waitMs: number; by: RefusedBy }
  /** The key was used with another input. */
  | { kind: 'conflict' }
  /** The user has been erased. */
  | { kind: 'gone' };

/** How long codes live, and how long after one no other goes to the same recipient; in milliseconds. */
export interface CodeTimes {
  readonly lifetimeMs: number;
  readonly coolDownMs: number;
}

/** An open challenge as the database has it at this moment, with its row locked. */
export interface LockedChallenge extends BoundCode {
  readonly tries: number;
  readonly expired: boolean;
  readonly acceptedAt: Date | null;
  /** The database's clock. */
  readonly now: Date;
}

/** Told of what happened to sends, once it is committed. */
export interface SendObserver {
  refused(by: RefusedBy): void;
  breakerChanged(change: BreakerChange): void;
}

/** Counts acceptances for the breakers of prefixes and countries. */
export interface AcceptanceCounter {
  countAccepted(challengeId: string, places: readonly SendSubject[]): Promise<void>;
}

/** A challenge after guesses; where it was accepted for the first time, with the prefix and country that this counts for. */
export interface GuessedChallenge extends LockedChallenge {
  readonly places?: readonly SendSubject[];
}

/** Open challenges and those whom their codes were sent to. */
export interface LockedChallenges<Challenge = LockedChallenge> {
  readonly challenges: readonly Challenge[];
  /** How many guesses of the window count against each recipient. */
  readonly recipients: readonly { readonly recipientHash: Buffer; readonly guesses: number }[];
}

/** Where codes are made and kept. */
export interface ChallengeStore {
  /**
   * Takes requests in one step with their messages; answers by request id. A request that was taken before keeps its
   * first outcome; for an erased user there is none, and nothing is kept. A new code ends the one before it. COOL_DOWN
   * where the number was sent a code a moment ago, whoever's it was, and BUDGET_EXCEEDED where there is no room for it:
   * nothing is kept, and the request may come again.
   */
  addChallenges(challenges: NewChallenge[], times: CodeTimes): Promise<Map<string, ChallengeOutcome>>;
  /** The same for the one code that a client asks for. */
  addOneTimeCode(
    code: NewOneTimeCode,
    times: CodeTimes,
    claim: IdempotencyClaim | undefined,
  ): Promise<OneTimeCodeOutcome>;
  /** What a live idempotency key stands for. */
  findRepeatedCode(
    claim: IdempotencyClaim,
  ): Promise<Extract<OneTimeCodeOutcome, { kind: 'sent' | 'conflict' }> | undefined>;
}

/** Where guesses are judged. */
export interface GuessStore {
  /**
   * Locks the open challenges with these keys, lets `decide` look at them, and writes what it changes. Nobody else
   * decides about the same challenge, or about any of the same recipient, meanwhile.
   */
  decide(
    keys: ChallengeKey[],
    windowMs: number,
    decide: (locked: LockedChallenges) => LockedChallenges<GuessedChallenge>,
  ): Promise<void>;
}

/** What events do here. */
export interface EventStore {
  /** Those that were not taken before. */
  findNew(events: UserEvent[]): Promise<UserEvent[]>;
  /**
   * Takes events with their effects in one step: users erased, messages queued. What another process took meanwhile has
   * no second effect, and nothing is queued for a user who is erased.
   */
  takeEvents(taken: { event: UserEvent; message: NewMessage | undefined }[]): Promise<void>;
}

/** Profile, as far as messages need it. */
export interface ContactSource {
  /** In order; null where there is no such user. Rejects where Profile does not answer in time. */
  contacts(userIds: readonly string[], context: RequestContext): Promise<(Contact | null)[]>;
}

/** A message that is not sent yet, as a worker finds it. */
export interface WaitingMessage {
  readonly id: string;
  readonly operation: string;
  readonly channel: MessageChannel;
  readonly locale: string;
  readonly sealed: Buffer;
  readonly urgent: boolean;
  /** SENDING: a worker handed it to `provider`, and what came of it is not known. */
  readonly status: 'QUEUED' | 'SENDING';
  readonly provider: string | null;
  /** How often a provider was asked so far. */
  readonly attempts: number;
  /** How long it could have been sent. */
  readonly ageMs: number;
  /** Its own time is over: the code that it carries has lapsed. */
  readonly lapsed: boolean;
  /** The database's clock. */
  readonly now: Date;
}

/** A message as one worker knows it; another who took it on since has made `attempts` differ, and is not overruled. */
export type HeldMessage = Pick<WaitingMessage, 'id' | 'attempts'>;

/** What the delivery worker does to messages. */
export interface DeliveryStore {
  /** Undefined where there is nothing left to send. */
  find(messageId: string): Promise<WaitingMessage | undefined>;
  /** Takes a message on for one provider: SENDING, one attempt more; undefined where somebody else was faster. */
  claim(message: HeldMessage, provider: string): Promise<HeldMessage | undefined>;
  /** That a provider took it is true whoever writes it, and however late. */
  recordSent(messageId: string, provider: string, providerMessageId: string | null): Promise<void>;
  /** `doubtful`: the provider may have taken it. */
  recordFailed(message: HeldMessage, failure: string, options?: { doubtful?: boolean }): Promise<void>;
  recordSuppressed(message: HeldMessage): Promise<void>;
  /**
   * To be looked at again after a while: QUEUED; or still SENDING where it is `inDoubt` what came of the last attempt.
   * With `notDue` its age begins only then.
   */
  putOff(message: HeldMessage, delayMs: number, options?: { inDoubt?: boolean; notDue?: boolean }): Promise<void>;
}

/** What a provider made of a message. `reason` is short and holds no personal data. */
export type SendOutcome =
  | { kind: 'accepted'; providerMessageId: string | null }
  /** It will never take this message. */
  | { kind: 'refused'; reason: string; suppress?: ToldReason }
  /** It has not taken it, and may later. With `retryAfterMs` it wants to be left alone for so long. */
  | { kind: 'unavailable'; reason: string; retryAfterMs?: number }
  /** Nobody knows whether it took it: the connection broke, or time ran out, after the message was written. */
  | { kind: 'ambiguous'; reason: string };

/** What a provider knows of a message that it may have been handed. */
export type LookUpOutcome =
  | { kind: 'accepted'; providerMessageId: string | null }
  | { kind: 'unknown' }
  | { kind: 'unavailable'; reason: string };

/** What a provider is handed. */
export type OutgoingMessage = MessageContent & Pick<WaitingMessage, 'id' | 'operation' | 'channel' | 'locale'>;

/**
 * Somebody who carries messages of one channel to people. What is done when nobody knows whether it took a message
 * depends on what it can do: one that is `idempotent` takes the same id twice and sends once, so that it is asked again;
 * one with `lookUp` is asked what it knows; with neither the message fails as doubtful.
 */
export interface MessageProvider {
  readonly name: string;
  readonly idempotent?: boolean;
  send(message: OutgoingMessage): Promise<SendOutcome>;
  lookUp?(messageId: string): Promise<LookUpOutcome>;
  /** Lets go of what it holds open. */
  close?(): Promise<void>;
}

/** The loaders of one request. */
export interface Loaders {
  /** A message by id; null for what is no id. */
  readonly message: DataLoader<string, Message | null>;
  /** A page of messages by user id, one row more than the page holds. */
  messagesOf(page: Page, operation: string | undefined): DataLoader<string, Message[]>;
  messageCountOf(operation: string | undefined): DataLoader<string, number>;
}
