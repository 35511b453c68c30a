import type { OutboxRecordType } from './subscriptions.ts';

/** What a subscriber has still to be told. */
export interface OutboxRecord {
  /** One for all destinations of an event; the request id of a verification. */
  readonly id: string;
  readonly destination: string;
  readonly type: OutboxRecordType;
  readonly userId: string;
  /** The user's version after the change. */
  readonly version: number;
  /** The client that caused the change. */
  readonly clientId: string;
  readonly createdAt: Date;
  /** How often it was offered. */
  readonly attempts: number;
}

/** A record that is being delivered. */
export interface LeasedRecord extends OutboxRecord {
  /** How often its destination answered and did not take it, offered by itself. */
  readonly refusals: number;
}

/** A record that its destination would not take, laid aside until somebody replays it. */
export interface DeadLetter extends LeasedRecord {
  /** Why the last try failed: a code of the closed list or an HTTP status. Null where it never was tried. */
  readonly lastFault: string | null;
  readonly diedAt: Date;
}

/** How many records a destination has in a state. */
export interface OutboxCount {
  readonly destination: string;
  /** Due now, put off or being delivered, or laid aside. */
  readonly state: 'due' | 'later' | 'dead';
  readonly count: number;
  /** How old the oldest of them is. */
  readonly oldestAgeMs: number;
}
