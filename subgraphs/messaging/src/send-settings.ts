import { eventSubscribers, integer, type Settings, type SettingsDefinition } from '@atrium/service-kit';
import type { SendRules } from './domain/admit-sends.ts';
import { breakerEventTypes, isServiceName } from './domain/send-breaker.ts';

/** A budget is a count within a sliding window. */
function budget(env: string, of: string, fallback: number) {
  return integer(env, `codes that ${of}; more are put off`, { fallback, min: 1, max: 1_000_000_000 });
}

/** What Messaging is told of budgets and breakers for codes; docs/BUDGETS.md explains them. */
export const sendSettings = {
  numberHour: budget('SEND_BUDGET_NUMBER_HOUR', 'a number is sent an hour', 5),
  numberDay: budget('SEND_BUDGET_NUMBER_DAY', 'a number is sent a day', 10),
  prefixHour: budget('SEND_BUDGET_PREFIX_HOUR', 'numbers of one prefix are sent an hour', 100),
  prefixDay: budget('SEND_BUDGET_PREFIX_DAY', 'numbers of one prefix are sent a day', 500),
  countryHour: budget('SEND_BUDGET_COUNTRY_HOUR', 'numbers of one country are sent an hour', 10_000),
  countryDay: budget('SEND_BUDGET_COUNTRY_DAY', 'numbers of one country are sent a day', 50_000),
  callerHour: budget('SEND_BUDGET_CALLER_HOUR', 'one client has sent an hour', 10_000),
  callerDay: budget('SEND_BUDGET_CALLER_DAY', 'one client has sent a day', 50_000),
  addressHour: budget('SEND_BUDGET_ADDRESS_HOUR', 'are asked for from one address, or IPv6 /64, an hour', 1_000),
  addressDay: budget('SEND_BUDGET_ADDRESS_DAY', 'are asked for from one address, or IPv6 /64, a day', 5_000),
  hourMs: integer('SEND_BUDGET_HOUR_MS', 'how long the hour of these budgets is', {
    fallback: 3_600_000,
    min: 60,
    productionMinimum: 600_000,
  }),
  dayMs: integer('SEND_BUDGET_DAY_MS', 'how long their day is, which is the history of breakers as well', {
    fallback: 86_400_000,
    min: 60,
    max: 7 * 86_400_000,
    productionMinimum: 3_600_000,
  }),
  prefixDigits: integer(
    'SEND_BUDGET_PREFIX_DIGITS',
    'digits after the country calling code that make a prefix; the last four of a number never do',
    { fallback: 5, min: 1, max: 8 },
  ),
  breakerRecentMs: integer('SEND_BREAKER_RECENT_MS', 'how far back a breaker looks for a collapse', {
    fallback: 900_000,
    min: 1,
    productionMinimum: 60_000,
  }),
  breakerGraceMs: integer('SEND_BREAKER_GRACE_MS', 'how old a code must be before it counts that nobody typed it in', {
    fallback: 120_000,
    min: 0,
    productionMinimum: 30_000,
  }),
  breakerMinRecent: integer('SEND_BREAKER_MIN_RECENT', 'recent codes without which no breaker opens', {
    fallback: 20,
    min: 1,
  }),
  breakerMinHistory: integer('SEND_BREAKER_MIN_HISTORY', 'earlier codes without which no breaker opens', {
    fallback: 50,
    min: 1,
  }),
  breakerOpenPercent: integer(
    'SEND_BREAKER_OPEN_PERCENT',
    'a breaker opens when a smaller part of recent codes is verified than this percentage of the usual part',
    { fallback: 25, min: 1, max: 100 },
  ),
  breakerClosePercent: integer(
    'SEND_BREAKER_CLOSE_PERCENT',
    'it closes when the probes of one round reach this percentage of the usual part',
    { fallback: 50, min: 1, max: 100 },
  ),
  breakerProbes: integer('SEND_BREAKER_PROBES', 'codes that are sent in a round all the same while it is open', {
    fallback: 10,
    min: 1,
    max: 10_000,
  }),
  breakerRoundMs: integer('SEND_BREAKER_ROUND_MS', 'how long a round of probes lasts', {
    fallback: 600_000,
    min: 1,
    productionMinimum: 60_000,
  }),
  breakerSubscribers: eventSubscribers(
    'BREAKER_SUBSCRIBERS',
    'who is told that a breaker opened or closed, such as a pager: `name=address` with commas between, to which batches of CloudEvents are POSTed; `name:breaker.opened=address` for some events only',
    breakerEventTypes,
    isServiceName,
  ),
  breakerPollMs: integer('BREAKER_EVENTS_POLL_MS', 'how often it is looked whether they have to be told something', {
    fallback: 2_000,
    min: 10,
    productionMinimum: 500,
  }),
} satisfies SettingsDefinition;

/** The hour slides by minutes, the day by hours. */
const buckets = { hour: 60, day: 24 };

/** The rules that the settings make. */
export function sendRulesOf(settings: Settings<typeof sendSettings>): SendRules {
  const { hourMs, dayMs } = settings;
  return {
    limits: {
      number: { hour: settings.numberHour, day: settings.numberDay },
      prefix: { hour: settings.prefixHour, day: settings.prefixDay },
      country: { hour: settings.countryHour, day: settings.countryDay },
      caller: { hour: settings.callerHour, day: settings.callerDay },
      address: { hour: settings.addressHour, day: settings.addressDay },
    },
    windows: {
      hour: { buckets: buckets.hour, bucketMs: hourMs / buckets.hour },
      day: { buckets: buckets.day, bucketMs: dayMs / buckets.day },
    },
    breaker: {
      recentMs: settings.breakerRecentMs,
      graceMs: settings.breakerGraceMs,
      minRecent: settings.breakerMinRecent,
      minHistory: settings.breakerMinHistory,
      openBelow: settings.breakerOpenPercent / 100,
      closeFrom: settings.breakerClosePercent / 100,
      probes: settings.breakerProbes,
      roundMs: settings.breakerRoundMs,
    },
  };
}
