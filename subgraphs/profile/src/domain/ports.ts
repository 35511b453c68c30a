import type { Caller, Page, RequestContext } from '@atrium/service-kit';
import type { Idempotency, IdempotencyFingerprint } from './idempotency.ts';
import type { OutboxRecord, OutboxRecordType } from './outbox-record.ts';
import type { User, UserDetails, UserErrorCode } from './user.ts';

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
  readonly userId: string;
  /** Null where the user has been deleted since. */
  readonly payloadHash: string | null;
}

/** A change for one user; an absent field stays as it is. */
export interface UserChange {
  readonly id: string;
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

/** The people, their claims on numbers, and the outbox records that are written with each change. */
export interface UserStore {
  /** In the order of the ids; undefined where there is no such user. */
  findUsersByIds(ids: readonly string[]): Promise<(User | undefined)[]>;
  /** Newest first, or oldest first where the page is read from the end. */
  listUsers(page: Page): Promise<User[]>;
  countUsers(): Promise<number>;
  /** Durable when it resolves; concurrent calls share one commit. */
  saveNewUser(user: NewUser): Promise<SaveOutcome>;
  findUsedKey(fingerprint: IdempotencyFingerprint): Promise<UsedKey | undefined>;
  /** Gives a key back whose effect was refused after all. */
  releaseKey(fingerprint: IdempotencyFingerprint): Promise<void>;
  /** The id of the user who has claimed the number, as their current one or as the one to change to. */
  findHolder(phoneNumber: string): Promise<string | undefined>;
  changePhoneNumber(change: RequestedPhoneChange): Promise<PhoneChangeOutcome>;
  /** Undefined where there is no such user in the expected version. */
  updateUser(change: UserChange): Promise<User | undefined>;
  /** Whether such a user was there in the expected version; then they are gone, and their number is free. */
  deleteUser(deletion: { id: string; expectedVersion: number | undefined; clientId: string }): Promise<boolean>;
  forgetExpiredKeys(): Promise<void>;
}

/** What Messaging answered to a request for a verification. */
export type VerificationStart =
  | { readonly codeSentAt: Date; readonly codeExpiresAt: Date }
  | { readonly rejection: UserErrorCode };

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
  /** Records the outcome and removes the outbox record; answers the user as they are then, if there still are. */
  recordStart(record: OutboxRecord, start: VerificationStart): Promise<User | undefined>;
  /** The user, verified; undefined where the number is no longer theirs. */
  recordVerified(proof: Proof): Promise<User | undefined>;
  /** The user, whose pending number is their verified one now; undefined where it does not wait for them any more. */
  exchangePhoneNumber(proof: Proof): Promise<User | undefined>;
  requestCodeAgain(request: CodeRequest): Promise<CodeRequestOutcome>;
  /** The record that still asks for a code to this user's current number, or by another type to the pending one. */
  findRequest(userId: string, type?: OutboxRecordType): Promise<OutboxRecord | undefined>;
}

/** What the sisters have still to be told. */
export interface OutboxStore {
  /** Takes due records of a destination for `leaseMs`: of each user the first only, and none that another has. */
  lease(destination: string, options: { limit: number; leaseMs: number }): Promise<OutboxRecord[]>;
  /** Puts records off, each by its own time. */
  postpone(delays: readonly { record: OutboxRecord; delayMs: number }[]): Promise<void>;
  remove(records: readonly OutboxRecord[]): Promise<void>;
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

/** Tells one sister of events; rejects where they were not taken. */
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
  readonly verifications: VerificationStore;
  readonly messaging: Messaging;
  readonly idempotency: Idempotency;
  readonly limits: Limits;
  /** Tells the outbox worker that something is due now. */
  readonly wakeOutbox: () => void;
}

/** An action is asked for by somebody, within a request. */
export interface Invocation {
  readonly caller: Caller;
  readonly request: RequestContext;
  readonly dependencies: Dependencies;
  /** Reads a user; what is asked for in one tick is read by one query, and each user once a request. */
  readonly loadUser: (id: string) => Promise<User | undefined>;
}
