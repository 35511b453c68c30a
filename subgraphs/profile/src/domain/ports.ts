import type { Caller, RequestContext, UtcDays } from '@atrium/service-kit';
import type { Idempotency, IdempotencyFingerprint } from './idempotency.ts';
import type { DeadLetter, LeasedRecord, OutboxCount, OutboxRecord } from './outbox-record.ts';
import type { OutboxRecordType } from './subscriptions.ts';
import type { TakenAnswers } from './taken-answers.ts';
import type { User, UserDetails, UserErrorCode } from './user.ts';
import type { UserCursors } from './user-cursors.ts';
import type { Position, UserPage, UserSelection } from './user-query.ts';

/** A user as createUser hands it to the store. */
export interface NewUser extends UserDetails {
  readonly id: string;
  readonly phoneNumber: string;
  readonly clientId: string;
  /** The outbox record that asks for the verification, and how long the creating request has it to itself. */
  readonly requestId: string;
  readonly leaseMs: number;
  readonly idempotency: IdempotencyFingerprint | undefined;
}

/** What became of a new user. */
export type SaveOutcome =
  | { readonly kind: 'saved'; readonly user: User }
  /** Somebody else holds the number. */
  | { readonly kind: 'number-taken' }
  /** The idempotency key has made a user before. */
  | { readonly kind: 'key-used' };

/** What an idempotency key did. */
export interface UsedKey {
  /** Null where it is the key of a batch. */
  readonly userId: string | null;
  /** Null where the user has been deleted since. */
  readonly payloadHash: string | null;
}

/** Whose number was refused when a batch first came, by their places in it, and why. */
export type BatchRefusals = ReadonlyMap<number, UserErrorCode>;

/** A change for one user; an absent field stays as it is. */
export interface UserChange {
  readonly id: string;
  readonly clientId: string;
  readonly expectedVersion: number | undefined;
  readonly details: Partial<UserDetails>;
}

/** A change of number as changePhoneNumber hands it to the store; `userId` need not be anybody's. */
export interface RequestedPhoneChange {
  readonly userId: string;
  readonly phoneNumber: string;
  readonly clientId: string;
  /** The outbox record that asks for the code, and how long the changing request has it to itself. */
  readonly requestId: string;
  readonly leaseMs: number;
  readonly idempotency: IdempotencyFingerprint | undefined;
}

/** What became of a change of number. */
export type PhoneChangeOutcome =
  /** The number waits for its proof: from now on, or because it was asked for before. */
  | { readonly kind: 'pending'; readonly user: User }
  /** Somebody else holds the number; the user has it already; there is no such user; the key was used before. */
  | { readonly kind: 'number-taken' | 'own-number' | 'not-found' | 'key-used' };
/** What became of a change. */
export type UpdateOutcome =
  | { readonly kind: 'updated'; readonly user: User }
  /** The user is of another version than the change expects. */
  | { readonly kind: 'conflict'; readonly current: User }
  | { readonly kind: 'not-found' };

/** What became of a deletion. */
export type DeleteOutcome = { readonly kind: 'deleted' } | Exclude<UpdateOutcome, { kind: 'updated' }>;

/** The people, their claims on numbers, and the outbox records that are written with each change. */
export interface UserStore {
  /** Undefined where there is no such user; concurrent calls share one query. */
  findUser(id: string): Promise<User | undefined>;
  /** In the order of the ids; undefined where there is no such user. */
  findUsersByIds(ids: readonly string[]): Promise<(User | undefined)[]>;
  /** Durable when it resolves; concurrent calls share one commit. */
  saveNewUser(user: NewUser): Promise<SaveOutcome>;
  /** The same for users who come together; throws OVERLOADED where there is no room for all, and takes none then. */
  saveNewUsers(users: readonly NewUser[]): Promise<SaveOutcome>[];
  findUsedKey(fingerprint: IdempotencyFingerprint): Promise<UsedKey | undefined>;
  /** Gives a key back whose effect was refused after all. */
  releaseKey(fingerprint: IdempotencyFingerprint): Promise<void>;
  /** The id of the user who has claimed the number, as their current one or as the one to change to. */
  findHolder(phoneNumber: string): Promise<string | undefined>;
  changePhoneNumber(change: RequestedPhoneChange): Promise<PhoneChangeOutcome>;
  /** Binds the key of a batch to its payload; undefined where it is bound to another, or used for something else. */
  bindBatchKey(batch: IdempotencyFingerprint): Promise<BatchRefusals | undefined>;
  /** Remembers with the key of a batch whom it refused. */
  recordRefusals(batch: IdempotencyFingerprint, refusals: BatchRefusals): Promise<void>;
  /** Durable when it resolves; concurrent calls share one commit, and those for one user apply in their order. */
  updateUser(change: UserChange): Promise<UpdateOutcome>;
  /** A user who is deleted is gone, and their number is free. */
  deleteUser(deletion: { id: string; expectedVersion: number | undefined; clientId: string }): Promise<DeleteOutcome>;
  /** Forgets a bounded number of keys whose time is over; answers how many. */
  forgetExpiredKeys(): Promise<number>;
}

/** Who is there: lists and searches. Calls reject with TIMEOUT where the database would take too long. */
export interface UserDirectory {
  /** In the order of the list, or against it where the page is read from the end. */
  findPage(page: UserPage): Promise<Position[]>;
  count(selection: UserSelection): Promise<number>;
}

/** What Messaging answered to a request for a verification. */
export type VerificationStart = { readonly codeSentAt: Date; readonly codeExpiresAt: Date } | NotStarted;

/** Why no code is sent. */
export interface NotStarted {
  readonly rejection: UserErrorCode;
  /** When to ask again, where the rejection is about the moment. */
  readonly retryAfterMs?: number | undefined;
}

/** Whether a rejection is about the moment and not about the number. */
export function isNotNow(rejection: UserErrorCode): boolean {
  return rejection === 'COOL_DOWN' || rejection === 'BUDGET_EXCEEDED';
}

/** That a user has proved a number. */
export interface Proof {
  readonly userId: string;
  readonly phoneNumber: string;
  readonly verifiedAt: Date;
  readonly clientId: string;
}

/** A request for a further code. */
export interface CodeRequest {
  readonly userId: string;
  /** The outbox record that asks for the code, and how long the asking request has it to itself. */
  readonly requestId: string;
  readonly leaseMs: number;
  readonly clientId: string;
  /** How long after a code no further one is sent. */
  readonly coolDownMs: number;
}

/** What became of a request for a further code. */
export type CodeRequestOutcome =
  | { readonly kind: 'requested'; readonly user: User; readonly record: OutboxRecord }
  | { readonly kind: 'cool-down'; readonly until: Date }
  /** The number was refused or lost, and no other one is pending. */
  | { readonly kind: 'failed'; readonly user: User }
  /** There is nothing left to prove; there is no such user. */
  | { readonly kind: 'verified' | 'not-found' };

/** The proofs of phone numbers; concurrent calls share one commit. */
export interface VerificationStore {
  /**
   * Records the outcome and removes the outbox record; answers the user as they are then, if there still are. A first
   * code that may not be sent for the moment is put off, and its record with it.
   */
  recordStart(record: OutboxRecord, start: VerificationStart): Promise<User | undefined>;
  /** The user, verified; undefined where the number is no longer theirs. */
  recordVerified(proof: Proof): Promise<User | undefined>;
  /** The user, whose pending number is their verified one now; undefined where it does not wait for them any more. */
  exchangePhoneNumber(proof: Proof): Promise<User | undefined>;
  requestCodeAgain(request: CodeRequest): Promise<CodeRequestOutcome>;
  /** The record that still asks for a code to this user's current number, or by another type to the pending one. */
  findRequest(userId: string, type?: OutboxRecordType): Promise<OutboxRecord | undefined>;
}

/** What became of a record that was not taken. */
export interface PutBack {
  readonly record: LeasedRecord;
  /** When to offer it again, in milliseconds from now. */
  readonly delayMs: number;
  /** Why it was not taken: a code, no text of anybody's. */
  readonly fault: string;
  /** Whether the destination has judged this very record. */
  readonly refused: boolean;
  /** Whether it is not offered again: it becomes a dead letter. */
  readonly final: boolean;
}

/** What the subscribers have still to be told. */
export interface OutboxStore {
  /** Takes due records of a destination for `leaseMs`: of each user the first only, and none that another has. */
  lease(destination: string, options: { limit: number; leaseMs: number }): Promise<LeasedRecord[]>;
  putBack(records: readonly PutBack[]): Promise<void>;
  remove(records: readonly OutboxRecord[]): Promise<void>;
  /** Lays a bounded number of records aside that are older than `ageMs`; answers how many. */
  layAside(ageMs: number): Promise<number>;
  /** How many records each destination has in each state, for metrics and the command line. */
  count(): Promise<OutboxCount[]>;
}

/** Which dead letters are meant: all, or those of these ids or of one destination. */
export interface DeadLetterFilter {
  readonly ids?: readonly string[] | undefined;
  readonly destination?: string | undefined;
}

/** Records that were laid aside. */
export interface DeadLetterStore {
  /** The latest first. */
  list(filter: DeadLetterFilter & { limit: number }): Promise<DeadLetter[]>;
  /** Puts letters back into the outbox as if they were new; answers them. */
  replay(filter: DeadLetterFilter): Promise<OutboxRecord[]>;
}

/** Of what it is counted that it was told about a taken number; the number is a keyed hash. */
export interface TakenSubject {
  readonly kind: 'number' | 'caller';
  readonly key: string;
}

/** How often it may be told within a window, in milliseconds. */
export interface TakenBudget {
  readonly answers: number;
  readonly windowMs: number;
}

/** Counts of what was told about taken numbers, shared by all processes. */
export interface TakenAnswerStore {
  /** Counts one of each; answers those whose budget was used up before, and how long their window still lasts. */
  countTaken(subjects: readonly TakenSubject[]): Promise<(TakenSubject & { readonly waitMs: number })[]>;
  /** Forgets a bounded number of windows that are over; answers how many. */
  forgetTaken(): Promise<number>;
}

/** What happened to users of one country on one day in UTC. */
export interface UserStats {
  /** `2026-11-24`. */
  readonly date: string;
  readonly country: string;
  readonly created: number;
  readonly verified: number;
  readonly deleted: number;
}

/** The daily counts. */
export interface UserStatsStore {
  /** From one day up to and without another, each counted from 1 January 1970; by day, then by country. */
  countDays(days: UtcDays): Promise<UserStats[]>;
  /** Folds a bounded number of written changes into the daily counts; answers how many. */
  rollUp(): Promise<number>;
}

/** What Messaging says of a number as it was typed. */
export type PhoneNumberVerdict = { readonly phoneNumber: string } | { readonly rejection: UserErrorCode };

/** What Messaging says of a code. */
export type CodeVerdict = { readonly verifiedAt: Date } | { readonly rejection: UserErrorCode };

/**
 * The sister that knows phone numbers. Calls reject with UNAVAILABLE or TIMEOUT where it is away or slow; concurrent
 * ones travel together, each with the client that it is made for.
 */
export interface Messaging {
  validatePhoneNumber(question: {
    phoneNumber: string;
    country: string;
    clientId: string;
    context: RequestContext;
  }): Promise<PhoneNumberVerdict>;
  /** Idempotent by `requestId`: a repeated request is answered with its first outcome. */
  startVerification(request: {
    requestId: string;
    user: User;
    phoneNumber: string;
    clientId: string;
    /** Whether the same request comes again where it is refused for the moment. */
    comesAgain: boolean;
    context: RequestContext;
  }): Promise<VerificationStart>;
  checkCode(attempt: {
    userId: string;
    phoneNumber: string;
    code: string;
    clientId: string;
    context: RequestContext;
  }): Promise<CodeVerdict>;
}

/** Tells one subscriber of events; rejects where they were not taken. */
export type EventDelivery = (records: readonly OutboxRecord[]) => Promise<void>;

/** How long things may take and last, in milliseconds. */
export interface Limits {
  /** All of createUser, and of the others that have a code sent. */
  readonly createTimeoutMs: number;
  /** From one code to the next. */
  readonly resendCoolDownMs: number;
}

/** What every action of this service works with. */
export interface Dependencies {
  readonly users: UserStore;
  readonly directory: UserDirectory;
  readonly cursors: UserCursors;
  readonly verifications: VerificationStore;
  readonly userStats: UserStatsStore;
  readonly messaging: Messaging;
  readonly idempotency: Idempotency;
  readonly takenAnswers: TakenAnswers;
  readonly limits: Limits;
  /** Tells the outbox worker that a record of this type is due now. */
  readonly wakeOutbox: (type: OutboxRecordType) => void;
}

/** An action is asked for by somebody, within a request. */
export interface Invocation {
  readonly caller: Caller;
  readonly request: RequestContext;
  readonly dependencies: Dependencies;
  /** Reads a user; what is asked for in one tick is read by one query, and each user once a request. */
  readonly loadUser: (id: string) => Promise<User | undefined>;
}
