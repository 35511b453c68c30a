import type { Message } from './message.ts';

/** A message that failed, as an operator sees it: its recipient masked, its text never. */
export type FailedMessage = Pick<Message, 'id' | 'userId' | 'operation' | 'channel' | 'recipient' | 'attempts'> & {
  readonly provider: string | null;
  readonly failure: string | null;
  readonly failedAt: Date | null;
  /** The provider may have sent it. */
  readonly doubtful: boolean;
  /** Its text is still there. */
  readonly replayable: boolean;
};

/** All that is known of one message. */
export type ShownMessage = Message &
  Pick<FailedMessage, 'provider' | 'failedAt' | 'doubtful' | 'replayable'> & {
    readonly providerMessageId: string | null;
    readonly urgent: boolean;
    readonly sendingSince: Date | null;
    readonly sendingBy: string | null;
    /** When a worker looks at it next, where it waits. */
    readonly nextLookAt: Date | null;
  };

/** Which failed messages are meant: `doubtful` ones, the others, or both where it is left out. */
export interface FailedFilter {
  readonly doubtful?: boolean | undefined;
  readonly operation?: string | undefined;
  readonly ids?: readonly string[] | undefined;
}

/** What failed, and the way back into the queue. */
export interface UndeliveredStore {
  /** The latest first. */
  list(filter: FailedFilter, limit: number): Promise<FailedMessage[]>;
  find(id: string): Promise<ShownMessage | undefined>;
  /** Queues those that can be sent again as if they were new; answers their ids. */
  replay(filter: FailedFilter): Promise<string[]>;
}
