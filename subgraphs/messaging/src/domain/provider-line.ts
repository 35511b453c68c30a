import type { MessageProvider, SendOutcome } from './ports.ts';
import { createTokenBucket, type TokenBucket } from './token-bucket.ts';

/** How one provider is used by one worker. */
export interface LineLimits {
  /** How many messages it is handed at once. */
  readonly concurrency: number;
  /** How many a second; absent where there is no limit. */
  readonly ratePerSecond?: number | undefined;
  /** Failures in a row after which it is left alone. */
  readonly breakerFailures: number;
  /** How long it is left alone before one message tries whether it is back. */
  readonly breakerProbeMs: number;
}

/** One message's turn with a provider. */
export interface Turn {
  /** Must be called once, with what came of it; without an outcome the provider was not asked. */
  leave(outcome?: SendOutcome): void;
}

/** How a provider stands, for metrics. */
export type LineState = 'open' | 'probed' | 'closed';

interface Waiting {
  resolve(turn: Turn | undefined): void;
}

/**
 * The way to one provider: how many pass at once and a second, urgent ones before all others, and whether it is open at
 * all. It closes after some failures in a row, and for as long as the provider asks to be left alone; whoever waits then
 * is sent on to the next one. There is nothing harmless to ask a provider, so that a message tries whether it is back:
 * one at a time, which loses nothing by it. (That is why the breaker of service-kit, which probes by itself, is not used.)
 */
export class ProviderLine {
  readonly provider: MessageProvider;
  readonly #limits: LineLimits;
  readonly #now: () => number;
  readonly #bucket: TokenBucket | undefined;
  readonly #urgent: Waiting[] = [];
  readonly #ordinary: Waiting[] = [];
  #running = 0;
  #failuresInARow = 0;
  #probing = false;
  /** When it opens again, on the clock of `now`. */
  #closedUntil = 0;
  #timer: NodeJS.Timeout | undefined;

  constructor(provider: MessageProvider, limits: LineLimits, now = () => performance.now()) {
    this.provider = provider;
    this.#limits = limits;
    this.#now = now;
    if (limits.ratePerSecond !== undefined) this.#bucket = createTokenBucket(limits.ratePerSecond, now);
  }

  get state(): LineState {
    if (this.#probing) return 'probed';
    return this.#isBroken || this.#now() < this.#closedUntil ? 'closed' : 'open';
  }

  /** How long until it may be asked again; 0 where it may be asked now. */
  get opensInMs(): number {
    return Math.max(0, this.#closedUntil - this.#now());
  }

  /** How many wait for their turn, and how many have it. */
  get load(): { waiting: number; running: number } {
    return { waiting: this.#urgent.length + this.#ordinary.length, running: this.#running };
  }

  /** Waits for a turn; undefined where the provider is to be left alone. */
  enter(urgent: boolean): Promise<Turn | undefined> {
    if (this.#now() < this.#closedUntil || this.#probing) return Promise.resolve(undefined);
    if (this.#isBroken) {
      if (this.#bucket && !this.#bucket.take()) return Promise.resolve(undefined);
      this.#probing = true;
      return Promise.resolve(this.#turn());
    }
    return new Promise((resolve) => {
      (urgent ? this.#urgent : this.#ordinary).push({ resolve });
      this.#admit();
    });
  }

  /** Sends away whoever waits. */
  close(): void {
    clearTimeout(this.#timer);
    this.#sendOn();
  }

  get #isBroken(): boolean {
    return this.#failuresInARow >= this.#limits.breakerFailures;
  }

  #admit(): void {
    while (this.#running < this.#limits.concurrency) {
      const line = this.#urgent.length > 0 ? this.#urgent : this.#ordinary;
      if (line.length === 0) return;
      if (this.#bucket && !this.#bucket.take()) {
        this.#admitLater(this.#bucket.waitMs);
        return;
      }
      line.shift()?.resolve(this.#turn());
    }
  }

  #admitLater(waitMs: number): void {
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => this.#admit(), waitMs);
  }

  #turn(): Turn {
    this.#running += 1;
    return {
      leave: (outcome) => {
        this.#running -= 1;
        this.#probing = false;
        if (outcome) this.#note(outcome);
        if (this.#isBroken || this.#now() < this.#closedUntil) this.#sendOn();
        else this.#admit();
      },
    };
  }

  #note(outcome: SendOutcome): void {
    if (outcome.kind === 'accepted' || outcome.kind === 'refused') {
      this.#failuresInARow = 0;
      return;
    }
    this.#failuresInARow += 1;
    if (this.#isBroken) this.#closeFor(this.#limits.breakerProbeMs);
    if (outcome.kind === 'unavailable' && outcome.retryAfterMs) this.#closeFor(outcome.retryAfterMs);
  }

  #closeFor(ms: number): void {
    this.#closedUntil = Math.max(this.#closedUntil, this.#now() + ms);
  }

  #sendOn(): void {
    for (const { resolve } of [...this.#urgent.splice(0), ...this.#ordinary.splice(0)]) resolve(undefined);
  }
}
