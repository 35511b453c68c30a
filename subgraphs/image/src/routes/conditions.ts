import type { IncomingHttpHeaders } from 'node:http';
import type { ByteRange } from '../domain/ports.ts';

/** What stands for the state of a picture: its tag without quotes, and when it was stored. */
export interface Validators {
  readonly tag: string;
  readonly storedAt: Date;
}

/** Whether the client holds these very bytes already (RFC 9110, section 13.2.2). */
export function isFresh(headers: IncomingHttpHeaders, { tag, storedAt }: Validators): boolean {
  const { 'if-none-match': tags, 'if-modified-since': since } = headers;
  // Weak tags count here, as section 13.1.2 says; where there are tags, dates do not.
  if (tags !== undefined) {
    return tags.split(',').some((each) => ['*', `"${tag}"`].includes(each.trim().replace(/^W\//, '')));
  }
  return since !== undefined && Date.parse(since) >= toSeconds(storedAt);
}

/**
 * The range that is asked for, or the reason why there is none: `all` for whoever asks for none, for several, or for
 * one in another version; `unsatisfiable` where it begins behind the end.
 */
export function rangeOf(
  headers: IncomingHttpHeaders,
  validators: Validators,
  sizeBytes: number,
): ByteRange | 'all' | 'unsatisfiable' {
  const [, first, last] = /^bytes=(\d{0,15})-(\d{0,15})$/.exec(headers.range?.trim() ?? '') ?? [];
  if (first === undefined || last === undefined || (first === '' && last === '')) return 'all';
  if (!isSame(headers['if-range'], validators)) return 'all';
  const end = sizeBytes - 1;
  if (first === '') {
    return Number(last) === 0 ? 'unsatisfiable' : { start: Math.max(0, sizeBytes - Number(last)), end };
  }
  const range = { start: Number(first), end: last === '' ? end : Math.min(end, Number(last)) };
  // What ends before it begins is no range at all.
  if (last !== '' && Number(last) < range.start) return 'all';
  return range.start > end ? 'unsatisfiable' : range;
}

/** Whether the range is of the version that the client holds a part of: only a strong tag or the very date says so. */
function isSame(ifRange: string | string[] | undefined, { tag, storedAt }: Validators): boolean {
  if (ifRange === undefined || typeof ifRange !== 'string') return ifRange === undefined;
  return ifRange === `"${tag}"` || Date.parse(ifRange) === toSeconds(storedAt);
}

/** Dates of HTTP are whole seconds. */
function toSeconds(date: Date): number {
  return Math.floor(date.getTime() / 1_000) * 1_000;
}
