import { type EventLoopUtilization, performance } from 'node:perf_hooks';

/** Between which bounds the share of one caller moves. */
export interface ShareLimits {
  readonly least: number;
  readonly most: number;
}

/** Above this part of its time at work the event loop has no time left that more work at once would fill. */
const fullLoop = 0.95;
/** Below it, it waits for others, such as the database, and more at once gets more done. */
const idleLoop = 0.85;

/**
 * How many requests of one caller are worked on at once. All that is worked on shares one thread, so that each more of a flood
 * makes every other caller's request slower by its own time. While the thread has nothing to do at times, more at once gets more done; once it is
 * full, more at once only makes all of them wait, and the share goes down.
 */
export class CallerShare {
  readonly #limits: ShareLimits;
  #current: number;
  #since: EventLoopUtilization = performance.eventLoopUtilization();

  constructor({ least, most }: ShareLimits) {
    this.#limits = { least: Math.min(least, most), most };
    this.#current = this.#limits.least;
  }

  get current(): number {
    return this.#current;
  }

  /** Begins to look at the event loop. */
  watch(): void {
    this.#since = performance.eventLoopUtilization();
  }

  /** Moves the share by how busy the event loop has been since it was last looked at. */
  adjust(): void {
    const now = performance.eventLoopUtilization();
    const { utilization } = performance.eventLoopUtilization(now, this.#since);
    this.#since = now;
    const { least, most } = this.#limits;
    if (utilization > fullLoop) this.#current = Math.max(least, Math.floor(this.#current * 0.75));
    else if (utilization < idleLoop) this.#current = Math.min(most, Math.ceil(this.#current * 1.125));
  }
}
