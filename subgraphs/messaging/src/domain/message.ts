/** How a message travels. */
export type MessageChannel = 'SMS' | 'EMAIL';

/** How far a message has come. */
export type MessageStatus = 'QUEUED' | 'SENDING' | 'SENT' | 'DELIVERED' | 'FAILED' | 'SUPPRESSED';

/** A message as anyone may see it: its recipient is masked and its text is not part of it. */
export interface Message {
  readonly id: string;
  readonly userId: string;
  readonly operation: string;
  readonly channel: MessageChannel;
  readonly recipient: string;
  readonly locale: string;
  readonly templateVersion: number | null;
  readonly status: MessageStatus;
  readonly attempts: number;
  readonly failure: string | null;
  readonly createdAt: Date;
  readonly sentAt: Date | null;
  readonly deliveredAt: Date | null;
}

/** What a provider is handed. */
export interface MessageContent {
  /** E.164 or an e-mail address. */
  readonly to: string;
  readonly subject: string | null;
  readonly body: string;
  readonly html: string | null;
  /** The one-time code that the text carries, for the developer inbox. */
  readonly code: string | null;
}

/** A message that is ready to be queued; its content is sealed until a provider has taken it. */
export interface NewMessage {
  readonly id: string;
  readonly userId: string;
  readonly operation: string;
  readonly channel: MessageChannel;
  /** Masked. */
  readonly recipient: string;
  /** Of the number, where it belongs to one; null for e-mail. */
  readonly country: string | null;
  readonly locale: string;
  /** Which version of its template it was made from. */
  readonly templateVersion: number;
  readonly sealed: Buffer;
  /** Somebody waits for it: a code. */
  readonly urgent: boolean;
  readonly clientId: string | null;
  /** How long there is use in sending it; null where there is no hurry. */
  readonly lifetimeMs: number | null;
}
