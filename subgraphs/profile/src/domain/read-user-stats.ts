import { utcDaysOf } from '@atrium/service-kit';
import { mayReadUsers } from './policy.ts';
import type { Invocation, UserStats } from './ports.ts';

/** The counts of every UTC day that has a part in the time from `from` up to `to`, by day and country. */
export async function readUserStats(invocation: Invocation, span: { from: Date; to: Date }): Promise<UserStats[]> {
  mayReadUsers(invocation.caller);
  return invocation.dependencies.userStats.countDays(utcDaysOf(span));
}
