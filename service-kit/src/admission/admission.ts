import type { Series } from '../metrics/series.ts';
import { BodyBytes } from './body-bytes.ts';
import { Lane, type LaneLimits } from './lane.ts';
import { createMutationCheck } from './lane-of.ts';
import type { AdmissionSettings } from './settings.ts';

/** What a request is: its lane keeps those of one kind from waiting for those of another. */
export type LaneName = 'reads' | 'writes' | 'uploads';

/** Who gets in, when, and with how much. */
export interface Admission {
  readonly lanes: Readonly<Record<LaneName, Lane>>;
  readonly bodies: BodyBytes;
  /** The lane of a request with this JSON body. */
  laneOf(body: string): LaneName;
  /** In how long there should be room again for the bodies of those who found none. */
  retryAfterMs(): number;
}

/** An admission with a lane for queries, one for mutations, and one for those that bring files, at their senders' pace. */
export function createAdmission(settings: AdmissionSettings): Admission {
  const writes: LaneLimits = {
    running: settings.writesRunning,
    runningOfCaller: settings.writesRunningOfCaller,
    runningOfCallerWhenFull: settings.writesRunningOfCallerWhenFull,
    waiting: settings.writesWaiting,
  };
  const lanes = {
    reads: new Lane({
      running: settings.readsRunning,
      runningOfCaller: settings.readsRunningOfCaller,
      runningOfCallerWhenFull: settings.readsRunningOfCallerWhenFull,
      waiting: settings.readsWaiting,
    }),
    writes: new Lane(writes),
    uploads: new Lane(writes),
  };
  const isMutation = createMutationCheck();
  return {
    lanes,
    bodies: new BodyBytes(settings.bodiesMaxBytes),
    laneOf: (body) => (isMutation(body) ? 'writes' : 'reads'),
    retryAfterMs: () => Math.max(...Object.values(lanes).map((lane) => lane.retryAfterMs(lane.waiting))),
  };
}

/** Shows what waits, what runs, what was dropped and why, and how long those waited who were let in. */
export function exposeAdmission({ lanes, bodies }: Admission, series: Series): void {
  const each = Object.entries(lanes);
  series.gauge('admission_running', 'Requests that are worked on.', ['lane'], () =>
    each.map(([lane, { running }]) => [{ lane }, running]),
  );
  series.gauge('admission_waiting', 'Requests that wait for their turn.', ['lane'], () =>
    each.map(([lane, { waiting }]) => [{ lane }, waiting]),
  );
  series.gauge('admission_running_of_caller', 'How many of one caller may be worked on at once now.', ['lane'], () =>
    each.map(([lane, { runningOfCaller }]) => [{ lane }, runningOfCaller]),
  );
  series.gauge('admission_callers', 'Callers that have requests running or waiting.', ['lane'], () =>
    each.map(([lane, { callers }]) => [{ lane }, callers]),
  );
  series.counter('admission_dropped_total', 'Requests that were not worked on.', ['lane', 'reason'], function* () {
    for (const [lane, { dropped }] of each) {
      for (const [reason, count] of Object.entries(dropped)) yield [{ lane, reason }, count];
    }
  });
  series.histogram('admission_wait_seconds', 'Time that those waited who were let in.', () =>
    each.map(([lane, { waits }]) => [{ lane }, waits]),
  );
  series.gauge('body_bytes_in_flight', 'Request bodies held.', [], () => [[{}, bodies.taken]]);
  series.counter('bodies_refused_total', 'Requests for whose bodies there was no room.', [], () => [
    [{}, bodies.refused],
  ]);
}
