import { setTimeout as pause } from 'node:timers/promises';
import { quantile } from '../statistics.ts';

const mostFailures = 1_000;

/** What was seen of the answers in a measured time. */
export interface Seen {
  requests: number;
  seconds: number;
  /** Answers that were wrong or did not come. */
  failures: number;
  /** What the first of them was. */
  firstFailure: string | undefined;
  p50Ms: number;
  p99Ms: number;
  maxMs: number;
}

/** What a reading was at both ends of a measured time, such as the CPU time that processes had used. */
export interface Readings<Reading> {
  before: Reading;
  after: Reading;
}

/** What happens in a measured time: which answers came, when, and what they cost. */
export class Measurement {
  #start = Number.POSITIVE_INFINITY;
  #end = Number.POSITIVE_INFINITY;
  #latencies: number[] = [];
  #failures = 0;
  #firstFailure: string | undefined;
  readonly #hopeless = Promise.withResolvers<never>();

  constructor() {
    // Nobody may be waiting when it happens.
    this.#hopeless.promise.catch(() => {});
  }

  /** Notes a right answer to a request; it counts where the moment that places it lies in the measured time. */
  answered(placedAt: number, latencyMs: number): void {
    if (placedAt >= this.#start && placedAt < this.#end) this.#latencies.push(latencyMs);
  }

  /** Notes a wrong answer, or none; it counts at any time, for no answer may ever be wrong. */
  failed(why: () => string): void {
    this.#failures += 1;
    this.#firstFailure ??= why();
    if (this.#failures === mostFailures) {
      this.#hopeless.reject(new Error(`${mostFailures} answers were wrong; the first: ${this.#firstFailure}`));
    }
  }

  /** Measures from now until `work` is done, and takes a reading at both ends. */
  async during<Reading>(work: () => Promise<unknown>, read: () => Reading): Promise<Readings<Reading>> {
    const before = read();
    this.#start = performance.now();
    await Promise.race([work(), this.#hopeless.promise]);
    this.#end = performance.now();
    return { before, after: read() };
  }

  /** Lets the warm-up pass and measures for a while. */
  async window<Reading>(
    { warmUpMs, measuredMs }: { warmUpMs: number; measuredMs: number },
    read: () => Reading,
  ): Promise<Readings<Reading>> {
    await Promise.race([pause(warmUpMs), this.#hopeless.promise]);
    return this.during(() => pause(measuredMs), read);
  }

  /** What was seen, once the measured time is over and nothing is expected any more. */
  seen(): Seen {
    const sorted = Float64Array.from(this.#latencies).sort();
    return {
      requests: sorted.length,
      seconds: (this.#end - this.#start) / 1_000,
      failures: this.#failures,
      firstFailure: this.#firstFailure,
      p50Ms: quantile(sorted, 0.5),
      p99Ms: quantile(sorted, 0.99),
      maxMs: quantile(sorted, 1),
    };
  }
}
