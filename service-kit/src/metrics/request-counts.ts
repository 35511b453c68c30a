import { durationBuckets, Observations } from './plain-histogram.ts';
import type { Series } from './series.ts';
import { BoundedTallies, OperationTally, type Outcome } from './tallies.ts';

/** How many names of operations get series of their own. */
const maxOperations = 200;

/** Counts requests by operation and outcome; names that callers choose are bounded. */
export class RequestCounts {
  readonly #operations = new BoundedTallies(maxOperations, () => new OperationTally());
  readonly #anonymous = new OperationTally();
  readonly #durations = new Observations(durationBuckets);
  #inFlight = 0;

  /** A request began; `ended` must follow. */
  began(): void {
    this.#inFlight++;
  }

  /** A request ended. Without a name it was `anonymous`; name it only where its operation is valid. */
  ended(operationName: string | undefined, outcome: Outcome, durationMs: number): void {
    this.#inFlight--;
    const seconds = durationMs / 1000;
    this.#durations.add(seconds);
    const tally = operationName === undefined ? this.#anonymous : this.#operations.of(operationName);
    tally.outcomes.add(outcome);
    tally.durationSeconds += seconds;
  }

  /** Gives these operations names of their own, beyond the bound. */
  know(operationNames: Iterable<string>): void {
    for (const name of operationNames) this.#operations.add(name);
  }

  /** Shows what was counted. */
  expose(series: Series): void {
    const tallies = () => this.#tallies();
    series.counter('requests_total', 'Requests by operation and outcome.', ['operation', 'outcome'], function* () {
      for (const [operation, { outcomes }] of tallies()) {
        for (const [outcome, count] of outcomes) yield [{ operation, outcome }, count];
      }
    });
    series.counter(
      'operation_duration_seconds_total',
      'Time spent on requests by operation.',
      ['operation'],
      function* () {
        for (const [operation, { durationSeconds }] of tallies()) {
          if (durationSeconds > 0) yield [{ operation }, durationSeconds];
        }
      },
    );
    series.histogram('request_duration_seconds', 'Time from a request to its answer.', () => [[{}, this.#durations]]);
    series.gauge('requests_in_flight', 'Requests that are not answered yet.', [], () => [[{}, this.#inFlight]]);
  }

  *#tallies(): Iterable<readonly [string, OperationTally]> {
    yield* this.#operations;
    yield ['anonymous', this.#anonymous];
  }
}
