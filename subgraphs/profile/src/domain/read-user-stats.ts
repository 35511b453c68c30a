import { PublicError } from '@atrium/service-kit';
import { mayReadUsers } from './policy.ts';
import type { Invocation, UserStats } from './ports.ts';

const dayMs = 86_400_000;
const maxDays = 366;

/** The counts of every UTC day that has a part in the time from `from` up to `to`, by day and country. */
export async function readUserStats(
  invocation: Invocation,
  { from, to }: { from: Date; to: Date },
): Promise<UserStats[]> {
  mayReadUsers(invocation.caller);
  const [begin, end] = [from.getTime(), to.getTime()];
  if (end <= begin) throw badInput('to must be later than from.');
  const days = { from: Math.floor(begin / dayMs), to: Math.ceil(end / dayMs) };
  if (days.to - days.from > maxDays) {
    throw badInput(`from and to span more than ${maxDays} days. Ask for less at once.`);
  }
  return invocation.dependencies.userStats.countDays(days);
}

function badInput(message: string): PublicError {
  return new PublicError('BAD_USER_INPUT', message);
}
