/** What a sister has still to be told, and when it was last tried. */
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
  readonly attempts: number;
}

/** A verification of the current or of the pending number that Messaging is asked to start, or an event that it or Image is told. */
export type OutboxRecordType =
  | 'phone.verification-requested'
  | 'phone.change-requested'
  | 'user.verified'
  | 'user.deleted';

/** Which sisters hear of what. */
export const subscribers: Record<OutboxRecordType, readonly string[]> = {
  'phone.verification-requested': ['messaging'],
  'phone.change-requested': ['messaging'],
  'user.verified': ['messaging'],
  'user.deleted': ['image', 'messaging'],
};
