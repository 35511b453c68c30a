import { integer, type Settings, type SettingsDefinition } from '../settings.ts';

const mebibyte = 1024 * 1024;

/** How much of what is asked for a subgraph takes in at once. */
export const admissionSettings = {
  readsRunning: integer('READS_RUNNING', 'how many queries are worked on at once; more wait for their turn', {
    fallback: 64,
    min: 1,
    max: 10_000,
    productionMinimum: 8,
  }),
  readsRunningOfCaller: integer('READS_RUNNING_OF_CALLER', 'how many of these may be of one client', {
    fallback: 8,
    min: 1,
    max: 10_000,
    productionMinimum: 4,
  }),
  readsRunningOfCallerWhenFull: integer(
    'READS_RUNNING_OF_CALLER_WHEN_FULL',
    'the same while the process has no time left: fewer at once then get as much done, and keep nobody else waiting',
    { fallback: 4, min: 1, max: 10_000 },
  ),
  readsWaiting: integer('READS_WAITING', 'how many queries may wait; more are OVERLOADED', {
    fallback: 1_024,
    min: 1,
    max: 100_000,
    productionMinimum: 64,
  }),
  writesRunning: integer('WRITES_RUNNING', 'how many mutations are worked on at once; more wait for their turn', {
    fallback: 256,
    min: 1,
    max: 10_000,
    productionMinimum: 8,
  }),
  writesRunningOfCaller: integer('WRITES_RUNNING_OF_CALLER', 'how many of these may be of one client', {
    fallback: 128,
    min: 1,
    max: 10_000,
    productionMinimum: 4,
  }),
  writesRunningOfCallerWhenFull: integer(
    'WRITES_RUNNING_OF_CALLER_WHEN_FULL',
    'the same while the process has no time left; not too few, because those that run together share their commits',
    { fallback: 32, min: 1, max: 10_000, productionMinimum: 4 },
  ),
  writesWaiting: integer('WRITES_WAITING', 'how many mutations may wait; more are OVERLOADED', {
    fallback: 1_024,
    min: 1,
    max: 100_000,
    productionMinimum: 64,
  }),
  bodiesMaxBytes: integer(
    'BODIES_MAX_BYTES',
    'what all JSON bodies under way may hold together, one client half of it',
    {
      fallback: 64 * mebibyte,
      min: 1_024,
      productionMinimum: 8 * mebibyte,
    },
  ),
} satisfies SettingsDefinition;

/** How much a subgraph takes in, read. */
export type AdmissionSettings = Settings<typeof admissionSettings>;
