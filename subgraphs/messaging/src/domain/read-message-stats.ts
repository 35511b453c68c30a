import { type Caller, utcDaysOf } from '@atrium/service-kit';
import type { MessageStats, MessageStatsStore } from './message-stats.ts';
import { mustReadMessages } from './policy.ts';

/** Makes the action that counts every UTC day that has a part in the time from `from` up to `to`. */
export function createReadMessageStats({ stats }: { stats: Pick<MessageStatsStore, 'countDays'> }) {
  return async (caller: Caller, span: { from: Date; to: Date }): Promise<MessageStats[]> => {
    mustReadMessages(caller);
    return stats.countDays(utcDaysOf(span));
  };
}
