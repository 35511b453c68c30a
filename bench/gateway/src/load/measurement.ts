import { setTimeout as pause } from 'node:timers/promises';
import { busyTime, cpuSecondsOf } from '../process-cost.ts';
import { quantile } from '../statistics.ts';
import type { LoadJob, LoadResult } from './job.ts';

const mostFailures = 1_000;

/** What happens in a job's measured time: which answers came, when, and what they cost. */
export class Measurement {
  #start = Number.POSITIVE_INFINITY;
  #end = Number.POSITIVE_INFINITY;
  #latencies: number[] = [];
  #failures = 0;
  #firstFailure: string | undefined;
  readonly #hopeless = Promise.withResolvers<never>();

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

  /** Waits for the warm-up to pass, for the measured time, and for `settled`, in which late answers still count. */
  async take(job: LoadJob, settled: () => Promise<void>): Promise<LoadResult> {
    return Promise.race([this.#measure(job, settled), this.#hopeless.promise]);
  }

  async #measure(job: LoadJob, settled: () => Promise<void>): Promise<LoadResult> {
    const { warmUpMs, measuredMs, processIds, otherCores } = job;
    await pause(warmUpMs);
    const cpuBefore = cpuSecondsOf(processIds);
    const busyBefore = busyTime(otherCores);
    this.#start = performance.now();
    await pause(measuredMs);
    this.#end = performance.now();
    const cpuSeconds = cpuSecondsOf(processIds) - cpuBefore;
    const busyAfter = busyTime(otherCores);
    await settled();
    const sorted = Float64Array.from(this.#latencies).sort();
    return {
      requests: sorted.length,
      seconds: (this.#end - this.#start) / 1_000,
      failures: this.#failures,
      firstFailure: this.#firstFailure,
      p50Ms: quantile(sorted, 0.5),
      p99Ms: quantile(sorted, 0.99),
      maxMs: quantile(sorted, 1),
      cpuSeconds,
      otherCoresBusy:
        busyBefore && busyAfter && (busyAfter.busy - busyBefore.busy) / (busyAfter.total - busyBefore.total),
    };
  }
}
