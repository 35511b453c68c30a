import type { UtcDays } from '@atrium/service-kit';
import type { MessageChannel } from './message.ts';

/** What became of the messages of one kind on one day in UTC. */
export interface MessageStats {
  /** `2026-11-24`. */
  readonly date: string;
  readonly operation: string;
  readonly channel: MessageChannel;
  /** Of the number; null for e-mail, and for numbers that belong to no country. */
  readonly country: string | null;
  /** Null where no provider was asked. */
  readonly provider: string | null;
  readonly sent: number;
  readonly delivered: number;
  readonly failed: number;
  readonly verified: number;
}

/** The daily counts. */
export interface MessageStatsStore {
  /** By day, operation, channel, country and provider. */
  countDays(days: UtcDays): Promise<MessageStats[]>;
  /** Folds a bounded number of written changes into the daily counts; answers how many. */
  rollUp(): Promise<number>;
}
