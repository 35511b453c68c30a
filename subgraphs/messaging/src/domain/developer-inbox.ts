import type { MessageChannel } from './message.ts';

/** A message as the developer inbox shows it. */
export interface InboxMessage {
  /** Ids follow the order of arrival. */
  readonly id: string;
  readonly to: string;
  readonly channel: MessageChannel;
  readonly operation: string;
  readonly locale: string;
  readonly subject: string | null;
  readonly body: string;
  readonly html: string | null;
  readonly code: string | null;
  readonly createdAt: Date;
}

/** Reads what arrived. */
export interface DeveloperInbox {
  /** The newest first, at most 100. */
  find(filter: { to?: string | undefined; after?: string | undefined }): Promise<InboxMessage[]>;
}

/** Tells when something arrives in the developer inbox, whichever process it came from. */
export interface InboxFeed {
  /** Calls back at each arrival until the returned function is called. */
  subscribe(onArrival: () => void): () => void;
  close(): Promise<void>;
}
