import { countryOf } from './country-of.ts';
import type { WaitingMessage } from './ports.ts';

/** A part of the day in minutes after midnight; it may pass midnight. */
export interface DayPart {
  readonly from: number;
  readonly to: number;
}

/** When people are not to be disturbed. */
export interface QuietHoursRules {
  /** Where a country has no hours of its own; null for none. */
  readonly usual: DayPart | null;
  readonly byCountry: ReadonlyMap<string, DayPart | null>;
  /** Operations that are sent at any hour. */
  readonly criticalOperations: ReadonlySet<string>;
}

/** How long a message must still wait, in milliseconds; 0 where it may be sent. */
export type QuietHours = (
  message: Pick<WaitingMessage, 'operation' | 'channel' | 'urgent' | 'now'>,
  to: string,
) => number;

const minuteMs = 60_000;
const dayMinutes = 24 * 60;

/**
 * Holds back SMS that can wait while it is night where the number belongs. E-mail wakes nobody. A country with several
 * time zones is quiet while any of them is; where that leaves no hour at all, while most of them are. A number that
 * belongs to no country is never quiet.
 */
export function createQuietHours({ usual, byCountry, criticalOperations }: QuietHoursRules): QuietHours {
  return ({ operation, channel, urgent, now }, to) => {
    if (channel !== 'SMS' || urgent || criticalOperations.has(operation)) return 0;
    const country = countryOf(to);
    if (!country) return 0;
    const own = byCountry.get(country);
    const hours = own === undefined ? usual : own;
    return hours === null ? 0 : quietMs(hours, zonesOf(country), now);
  };
}

function quietMs({ from, to }: DayPart, zones: readonly string[], now: Date): number {
  const clocks = zones.map((zone) => minuteOfDay(zone, now));
  const isQuiet = (minute: number) => (from <= to ? minute >= from && minute < to : minute >= from || minute < to);
  let best = { minutes: 0, quiet: Number.POSITIVE_INFINITY };
  for (let minutes = 0; minutes < dayMinutes && best.quiet > 0; minutes += 1) {
    const quiet = clocks.filter((clock) => isQuiet((clock + minutes) % dayMinutes)).length;
    if (quiet < best.quiet) best = { minutes, quiet };
  }
  // To the end of its last minute. A clock that is changed on the way is met by the next look, which asks again.
  return best.minutes === 0 ? 0 : best.minutes * minuteMs - (now.getTime() % minuteMs);
}

/** What the Unicode data leave out. */
const zonesElsewhere: Record<string, string[]> = { XK: ['Europe/Belgrade'] };

/** A country's time zones, as Node's own Unicode data (CLDR) have them. */
function zonesOf(country: string): string[] {
  // The types do not know this part of ECMA-402 yet.
  const { getTimeZones } = Intl.Locale.prototype as { getTimeZones?(): string[] };
  const zones = getTimeZones?.call(new Intl.Locale(`und-${country}`)) ?? [];
  return zones.length > 0 ? zones : (zonesElsewhere[country] ?? []);
}

const clocks = new Map<string, Intl.DateTimeFormat>();

function minuteOfDay(timeZone: string, at: Date): number {
  let clock = clocks.get(timeZone);
  if (!clock) {
    clock = new Intl.DateTimeFormat('en', { timeZone, hour: 'numeric', minute: 'numeric', hourCycle: 'h23' });
    clocks.set(timeZone, clock);
  }
  const parts = new Map(clock.formatToParts(at).map(({ type, value }) => [type, Number(value)]));
  return (parts.get('hour') ?? 0) * 60 + (parts.get('minute') ?? 0);
}
