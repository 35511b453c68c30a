import { type ErrorCode, errorCodes } from '../errors.ts';
import { Observations } from './plain-histogram.ts';

/** How a request or a fetch ended: without an error, or with the code of its first one. */
export type Outcome = 'ok' | ErrorCode;

const outcomes: readonly Outcome[] = ['ok', ...errorCodes];
const placeOf = new Map(outcomes.map((outcome, index) => [outcome, index]));

/** How often each outcome was met. */
export class OutcomeCounts {
  readonly #counts = new Float64Array(outcomes.length);

  add(outcome: Outcome): void {
    (this.#counts[placeOf.get(outcome) as number] as number)++;
  }

  /** The outcomes that were met at all. */
  *[Symbol.iterator](): Iterator<[Outcome, number]> {
    for (const [index, outcome] of outcomes.entries()) {
      const count = this.#counts[index] ?? 0;
      if (count > 0) yield [outcome, count];
    }
  }
}

/** What was counted of one operation. */
export class OperationTally {
  readonly outcomes = new OutcomeCounts();
  durationSeconds = 0;
}

/** Requests of one subgraph, by outcome. */
export class SubgraphTally {
  readonly #byOutcome = new Map<Outcome, Observations>();
  readonly #upperBounds: readonly number[];

  constructor(upperBounds: readonly number[]) {
    this.#upperBounds = upperBounds;
  }

  add(outcome: Outcome, durationSeconds: number): void {
    let observations = this.#byOutcome.get(outcome);
    if (!observations) {
      observations = new Observations(this.#upperBounds);
      this.#byOutcome.set(outcome, observations);
    }
    observations.add(durationSeconds);
  }

  [Symbol.iterator](): Iterator<[Outcome, Observations]> {
    return this.#byOutcome.entries();
  }
}

/**
 * Tallies by names that callers choose: the first `max` names get one of their own, all others share `other`, so that
 * nobody can make a process remember names without end.
 */
export class BoundedTallies<Tally> {
  readonly #byName = new Map<string, Tally>();
  readonly #make: () => Tally;
  readonly #other: Tally;
  readonly #max: number;

  constructor(max: number, make: () => Tally) {
    this.#max = max;
    this.#make = make;
    this.#other = make();
  }

  of(name: string): Tally {
    const known = this.#byName.get(name);
    if (known) return known;
    return this.#byName.size < this.#max ? this.add(name) : this.#other;
  }

  /** Gives a name a tally of its own, whatever the bound says. */
  add(name: string): Tally {
    const tally = this.#byName.get(name) ?? this.#make();
    this.#byName.set(name, tally);
    return tally;
  }

  *[Symbol.iterator](): Iterator<[string, Tally]> {
    yield* this.#byName;
    yield ['other', this.#other];
  }
}
