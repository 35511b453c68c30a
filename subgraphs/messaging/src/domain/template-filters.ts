import { type FilterImplOptions, filters as liquids } from 'liquidjs';

const dateStyles = ['short', 'medium', 'long', 'full'] as const;
type DateStyle = (typeof dateStyles)[number];

/** What a filter can see of the message that is being written; set by renderMessage. */
interface Surroundings {
  context: { globals: object };
}

/**
 * The filters that a template may use. Those of Liquid that are missing could burn time or memory, undo the escaping
 * (`raw`), or have no use where every variable is one value. `date`, `time` and `number` are ours: they write as the
 * template's language does, where Liquid's write English.
 */
export const templateFilters: Record<string, FilterImplOptions> = {
  ...Object.fromEntries(
    (['capitalize', 'default', 'downcase', 'round', 'strip', 'truncate', 'upcase'] as const).map((name) => [
      name,
      liquids[name] as FilterImplOptions,
    ]),
  ),
  url_encode: (value: unknown) =>
    // Half a character has no encoding, and would end the message.
    encodeURIComponent(String(value ?? '').toWellFormed()).replaceAll('%20', '+'),
  date(this: Surroundings, value: unknown, style: unknown, timeZone: unknown) {
    return writeTime(this, value, { dateStyle: readStyle(style), timeZone: readZone(timeZone) });
  },
  time(this: Surroundings, value: unknown, timeZone: unknown) {
    return writeTime(this, value, { timeStyle: 'short', timeZone: readZone(timeZone) });
  },
  number(this: Surroundings, value: unknown) {
    return typeof value === 'number' ? new Intl.NumberFormat(localeOf(this)).format(value) : value;
  },
};

/** Throws where an argument is none that the filter takes; for templates that are being judged. */
export function mustTakeArguments(filter: string, [first, second]: readonly unknown[]): void {
  if (filter === 'date') {
    readStyle(first);
    readZone(second);
  }
  if (filter === 'time') readZone(first);
}

function writeTime(filter: Surroundings, value: unknown, options: Intl.DateTimeFormatOptions): unknown {
  const time = new Date(typeof value === 'string' ? value : Number.NaN);
  return Number.isNaN(time.getTime()) ? value : new Intl.DateTimeFormat(localeOf(filter), options).format(time);
}

function localeOf({ context }: Surroundings): string {
  return (context.globals as { locale: string }).locale;
}

function readStyle(style: unknown): DateStyle {
  const found = dateStyles.find((each) => each === (style ?? 'long'));
  if (!found) throw new Error('no such style');
  return found;
}

function readZone(timeZone: unknown): string {
  if (timeZone === undefined) return 'UTC';
  if (typeof timeZone !== 'string') throw new Error('no time zone');
  return new Intl.DateTimeFormat('en', { timeZone }).resolvedOptions().timeZone;
}
