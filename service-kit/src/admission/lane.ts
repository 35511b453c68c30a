import { durationBuckets, Observations } from '../metrics/plain-histogram.ts';
import { CallerShare } from './caller-share.ts';
import { Lengths, Line, Turns } from './line.ts';
import { type DropReason, Place, type Visitor } from './place.ts';

/** How much a lane takes in. */
export interface LaneLimits {
  /** How many may be worked on at once. */
  readonly running: number;
  /** How many more may wait. */
  readonly waiting: number;
  /** How many of one caller may be worked on at once: what is left of `running` is free for the others at any time. */
  readonly runningOfCaller: number;
  /** The same while the event loop is full; where left out, it makes no difference. */
  readonly runningOfCallerWhenFull?: number;
}

/** How often the share of a caller is adjusted while some wait. */
const adjustEveryMs = 20;
/** After how many of these what waits is looked through for what nobody waits for any more. */
const adjustmentsToSweep = 5;
/** How much the last work counts in the mean time that work takes. */
const weight = 0.05;
const shortestRetryMs = 50;
const longestRetryMs = 10_000;

/**
 * Lets a bounded number of visitors in at once, and those of different callers in turn. Who waits is overtaken by no
 * caller more often than its own line is long: however many one caller sends, another's single request waits for one
 * of them at most, once there is room. Where too many wait, the newest of the longest line makes room for those of shorter ones.
 *
 * Every step takes the same time however many wait, and no visitor has a timer of its own.
 */
export class Lane {
  readonly #limits: LaneLimits;
  readonly #share: CallerShare;
  readonly #lines = new Map<string, Line>();
  readonly #turns = new Turns();
  readonly #lengths = new Lengths();
  #running = 0;
  #waiting = 0;
  #isServing = false;
  /** The mean time that work takes; small until something is known of it, so that nobody is refused for a guess. */
  #workMs = 1;
  #leftAt = 0;
  #watching: NodeJS.Timeout | undefined;
  #adjustments = 0;
  /** How long those waited who were let in, in seconds. */
  readonly waits = new Observations(durationBuckets);
  readonly dropped: Record<DropReason, number> = { full: 0, deadline: 0, gone: 0 };

  constructor(limits: LaneLimits) {
    this.#limits = limits;
    const { runningOfCaller: most, runningOfCallerWhenFull: least = most } = limits;
    this.#share = new CallerShare({ least, most });
  }

  get running(): number {
    return this.#running;
  }

  get waiting(): number {
    return this.#waiting;
  }

  /** How many of one caller may be worked on at the moment. */
  get runningOfCaller(): number {
    return this.#share.current;
  }

  /** How many callers have something here. */
  get callers(): number {
    return this.#lines.size;
  }

  /** Lets a visitor in now or later, or refuses; the answer is its place, by which it leaves again. */
  enter(visitor: Visitor): Place {
    const now = performance.now();
    const line = this.#lineOf(visitor.caller);
    const place = new Place(visitor, line, now);
    if (visitor.deadline > now && this.#hasRoomFor(line)) this.#begin(place, now);
    else if (visitor.deadline <= now + this.#expectedWaitMs(line)) this.#drop(place, 'deadline');
    else if (this.#makeRoom(line)) this.#wait(place);
    else this.#drop(place, 'full');
    this.#forgetIdle(line);
    return place;
  }

  /** A visitor leaves: its work is over, or it no longer waits. Called again, it has no effect. */
  leave(place: Place): void {
    if (place.state === 'waiting') {
      this.#takeOut(place);
      this.#drop(place, 'gone');
      this.#forgetIdle(place.line);
      return;
    }
    if (place.state === 'over') return;
    place.state = 'over';
    const { line } = place;
    this.#running--;
    line.running--;
    this.#leftAt = performance.now();
    this.#workMs += (this.#leftAt - place.begunAt - this.#workMs) * weight;
    if (line.waiting > 0) this.#turns.add(line);
    else this.#forgetIdle(line);
    this.#serve();
  }

  /** In how long somebody who was refused should come back: when so many who wait are through, as things go. */
  retryAfterMs(places: number): number {
    // Where work hangs, the mean of what was finished says too little.
    const eachMs = Math.max(this.#workMs / Math.max(1, this.#running), performance.now() - this.#leftAt);
    return Math.round(Math.min(longestRetryMs, Math.max(shortestRetryMs, places * eachMs)));
  }

  #lineOf(caller: string): Line {
    let line = this.#lines.get(caller);
    if (!line) {
      line = new Line(caller);
      this.#lines.set(caller, line);
    }
    return line;
  }

  #forgetIdle(line: Line): void {
    if (line.waiting === 0 && line.running === 0) this.#lines.delete(line.caller);
  }

  /** Whether one more of this line may be worked on. Then none of it waits, nor any other whose turn it could be. */
  #hasRoomFor(line: Line): boolean {
    return this.#running < this.#limits.running && line.running < this.#share.current;
  }

  #begin(place: Place, now: number): void {
    place.state = 'running';
    place.begunAt = now;
    if (this.#running === 0) this.#leftAt = now;
    place.line.running++;
    this.#running++;
    const waitedMs = now - place.arrivedAt;
    this.waits.add(waitedMs / 1000);
    place.visitor.begin(place, waitedMs);
  }

  #wait(place: Place): void {
    const { line } = place;
    line.append(place);
    this.#waiting++;
    this.#lengths.changed(line, line.waiting - 1);
    if (line.running < this.#share.current) this.#turns.add(line);
    if (!this.#watching) {
      this.#share.watch();
      this.#watching = setInterval(() => this.#watch(), adjustEveryMs).unref();
    }
  }

  #takeOut(place: Place): void {
    const { line } = place;
    line.remove(place);
    this.#waiting--;
    this.#lengths.changed(line, line.waiting + 1);
  }

  /** Whether one more of this line may wait, for which the longest line may have to give up its newest. */
  #makeRoom(line: Line): boolean {
    if (this.#waiting < this.#limits.waiting) return true;
    const { longest } = this.#lengths;
    if (!longest?.last || longest.waiting <= line.waiting + 1) return false;
    const { last } = longest;
    this.#takeOut(last);
    this.#drop(last, 'full');
    return true;
  }

  #drop(place: Place, reason: DropReason): void {
    place.state = 'over';
    this.dropped[reason]++;
    if (reason !== 'gone') place.visitor.refuse(reason, this.retryAfterMs(this.#ahead(place.line)));
  }

  /** How many are let in before a line's next place is: its own, and as many of each other line. */
  #ahead(line: Line): number {
    return Math.min(this.#waiting, (line.waiting + 1) * this.#lines.size);
  }

  /** How long a line's next place will wait, by the time that work has taken lately. */
  #expectedWaitMs(line: Line): number {
    return (this.#ahead(line) * this.#workMs) / Math.max(1, this.#running);
  }

  /** Begins the work of those whose turn has come. */
  #serve(): void {
    // Work that ends at once comes back here, and is served by the loop that began it.
    if (this.#isServing) return;
    this.#isServing = true;
    while (this.#running < this.#limits.running) {
      const line = this.#turns.take();
      if (!line) break;
      const place = line.first;
      // All of it may have gone since, or its share become smaller.
      if (!place || line.running >= this.#share.current) continue;
      const now = performance.now();
      this.#takeOut(place);
      if (place.visitor.deadline <= now) this.#drop(place, 'deadline');
      else this.#begin(place, now);
      if (line.waiting > 0 && line.running < this.#share.current) this.#turns.add(line);
      else this.#forgetIdle(line);
    }
    this.#isServing = false;
  }

  /** Looks after those who wait, for as long as there are any. */
  #watch(): void {
    const before = this.#share.current;
    this.#share.adjust();
    if (this.#share.current > before) {
      for (const line of this.#lines.values()) if (line.waiting > 0) this.#turns.add(line);
      this.#serve();
    }
    this.#adjustments++;
    if (this.#adjustments % adjustmentsToSweep === 0) this.#dropLate();
    if (this.#waiting > 0) return;
    clearInterval(this.#watching);
    this.#watching = undefined;
  }

  /** Drops what waits too long, so that nobody is left without an answer where work hangs. */
  #dropLate(): void {
    const now = performance.now();
    for (const line of this.#lines.values()) {
      for (let place = line.first; place; ) {
        const { next } = place;
        if (place.lateAt <= now) {
          this.#takeOut(place);
          this.#drop(place, 'deadline');
        }
        place = next;
      }
      this.#forgetIdle(line);
    }
  }
}
