import { PublicError } from './errors.ts';

const dayMs = 86_400_000;
const maxDays = 366;

/** Days in UTC, counted from 1 January 1970: from one up to and without another. */
export interface UtcDays {
  readonly from: number;
  readonly to: number;
}

/** The days that have a part in the time from `from` up to `to`; BAD_USER_INPUT where there are none, or too many to count at once. */
export function utcDaysOf({ from, to }: { readonly from: Date; readonly to: Date }): UtcDays {
  const [begin, end] = [from.getTime(), to.getTime()];
  if (end <= begin) throw badInput('to must be later than from.');
  const days = { from: Math.floor(begin / dayMs), to: Math.ceil(end / dayMs) };
  if (days.to - days.from > maxDays) {
    throw badInput(`from and to span more than ${maxDays} days. Ask for less at once.`);
  }
  return days;
}

function badInput(message: string): PublicError {
  return new PublicError('BAD_USER_INPUT', message);
}
