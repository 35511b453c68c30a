import type { MessageChannel, MessageStatus } from './message.ts';
import type { MessageProvider } from './ports.ts';

/** A message as the developer inbox shows it. */
export interface InboxMessage extends InboxState {
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
  /** False where a rule kept it away. */
  readonly arrived: boolean;
  readonly createdAt: Date;
}

/** How far a message of the inbox has come. */
export interface InboxState {
  /** As in the graph: `message(id:)`. */
  readonly messageId: string;
  readonly status: MessageStatus;
  readonly attempts: number;
  readonly failure: string | null;
}

/** Which messages of the inbox are looked for. */
export interface InboxFilter {
  readonly to?: string | undefined;
  readonly operation?: string | undefined;
  /** Only those that came after this id. */
  readonly after?: string | undefined;
  /** Those that a rule kept away as well. */
  readonly all?: boolean;
}

/** Reads what arrived. */
export interface DeveloperInbox {
  /** The newest first, at most 100. */
  find(filter: InboxFilter): Promise<InboxMessage[]>;
  /** How far the newest have come, those that a rule kept away as well; at most 100. */
  findStates(): Promise<InboxState[]>;
}

/** A message as it is handed to the inbox. */
export type InboxArrival = Parameters<MessageProvider['send']>[0];

/** Puts messages into the inbox, each once, however often it is handed over. */
export interface InboxWriter {
  arrive(message: InboxArrival): Promise<void>;
  /** Shows on the page alone that it did not; it may yet arrive. */
  keepAway(message: InboxArrival): Promise<void>;
}

/** Tells when something arrives in the developer inbox, whichever process it came from. */
export interface InboxFeed {
  /** Calls back at each arrival until the returned function is called. */
  subscribe(onArrival: () => void): () => void;
  close(): Promise<void>;
}
