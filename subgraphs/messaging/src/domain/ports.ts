import type { Page, RequestContext, UserEvent } from '@atrium/service-kit';
import type DataLoader from 'dataloader';
import type { RefusedBy } from './admit-sends.ts';
import type { Message, MessageChannel, MessageContent, NewMessage } from './message.ts';
import type { ToldReason } from './provider-event.ts';
import type { BreakerChange } from './send-breaker.ts';
import type { PlannedSend, SendSubject } from './send-subjects.ts';
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

/** A code that is to be made for a user and a number, with the message that carries it; or the refusal to make one. */
export interface NewChallenge {
  readonly id: string;
  readonly requestId: string;
  readonly userId: string;
  readonly numberHash: Buffer;
  readonly outcome:
    | { codeHash: Buffer; message: NewMessage; subjects: PlannedSend['subjects'] }
    | { rejection: UserErrorCode };
}

/** The answer to a request for a code, now and whenever it is repeated. */
export interface ChallengeOutcome {
  readonly requestId: string;
  readonly codeSentAt: Date | null;
  readonly codeExpiresAt: Date | null;
  readonly rejection: UserErrorCode | null;
  /** When to ask again, where the rejection is for the moment only and is not remembered: `BUDGET_EXCEEDED`. */
  readonly retryAfterMs?: number | null;
}

/** A challenge as the database has it at this moment, with its row locked. */
export interface LockedChallenge {
  readonly id: string;
  readonly userId: string;
  readonly numberHash: Buffer;
  readonly codeHash: Buffer;
  readonly tries: number;
  readonly expired: boolean;
  readonly verifiedAt: Date | null;
  /** The database's clock. */
  readonly now: Date;
}

/** What becomes of a challenge; where it is verified for the first time, with the prefix and country that this counts for. */
export interface DecidedChallenge extends Pick<LockedChallenge, 'id' | 'tries' | 'verifiedAt'> {
  readonly places?: readonly SendSubject[];
}

/** Told of what happened to sends, once it is committed. */
export interface SendObserver {
  refused(by: RefusedBy): void;
  breakerChanged(change: BreakerChange): void;
}

/** Where codes are kept. */
export interface ChallengeStore {
  /**
   * Takes requests in one step with their messages; answers by request id. A request that was taken before keeps its
   * first outcome; for an erased user there is none, and nothing is kept. Neither is of what a budget refuses.
   */
  addChallenges(challenges: NewChallenge[], lifetimeMs: number): Promise<Map<string, ChallengeOutcome>>;
  /**
   * Locks the latest challenge of each user and number, lets `decide` look at them, and writes what it changes. Nobody
   * else decides about the same challenge meanwhile.
   */
  decideOnLatest(
    keys: { userId: string; numberHash: Buffer }[],
    decide: (challenges: LockedChallenge[]) => DecidedChallenge[],
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

/** A message that a worker has taken on. */
export interface ClaimedMessage {
  readonly id: string;
  readonly operation: string;
  readonly channel: MessageChannel;
  readonly locale: string;
  readonly sealed: Buffer;
  /** This attempt included. */
  readonly attempts: number;
  /** There is no more use in sending it. */
  readonly tooLate: boolean;
}

/** What the delivery worker does to messages. */
export interface DeliveryStore {
  /** Takes a message on: SENDING, one attempt more; undefined where there is nothing left to send. */
  claim(messageId: string): Promise<ClaimedMessage | undefined>;
  recordSent(messageId: string, provider: string, providerMessageId: string | null): Promise<void>;
  recordFailed(messageId: string, failure: string): Promise<void>;
  /** Its reader is not written to. */
  recordSuppressed(messageId: string): Promise<void>;
  /** Back to QUEUED, to be taken on again after a while. */
  putOff(messageId: string, delayMs: number): Promise<void>;
}

/** What a provider made of a message. */
export type SendOutcome =
  | { kind: 'accepted'; providerMessageId: string | null }
  /** It will never take this message. `reason` is short and holds no personal data. */
  | { kind: 'refused'; reason: string; suppress?: ToldReason }
  /** It may take it later. */
  | { kind: 'unavailable'; reason: string; retryAfterMs?: number }
  /** It was handed over and nobody knows whether it was taken: the connection broke, or the answer did not come in time. */
  | { kind: 'ambiguous'; reason: string };

/** Somebody who carries messages of one channel to people. */
export interface MessageProvider {
  readonly name: string;
  send(message: MessageContent & Pick<ClaimedMessage, 'id' | 'operation' | 'channel' | 'locale'>): Promise<SendOutcome>;
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
