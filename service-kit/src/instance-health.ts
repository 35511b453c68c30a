import { type CircuitBreakerPolicy, CircuitState, ConsecutiveBreaker, circuitBreaker, handleAll } from 'cockatiel';

/** What a breaker does: lets calls through, keeps them off, or asks whether the instance is back. */
export type BreakerState = 'closed' | 'open' | 'half-open';

/**
 * What an instance did wrong. A connection that broke or was refused costs nobody any time, so that asking again is
 * cheap; an instance that is slow or answers with faults is spared for a while.
 */
export type Trouble = 'disconnected' | 'sick';

const disconnected = new Set(['ECONNREFUSED', 'ECONNRESET', 'EPIPE', 'UND_ERR_SOCKET']);

/** The kind of trouble that an error of a connection stands for. */
export function troubleOf(error: unknown): Trouble {
  return disconnected.has((error as { code?: string } | null)?.code ?? '') ? 'disconnected' : 'sick';
}

/** When an instance is left alone, and when it is asked again. */
export interface HealthOptions {
  /** The failures in a row, without a success between, that open the breaker. */
  breakerFailures: number;
  /** How soon after that, and then how often, the instance is asked whether it is back. */
  breakerProbeMs: number;
  /** Told when an instance that was left alone is found to be back. */
  onRecover?: (() => void) | undefined;
}

/**
 * Whether one instance is fit to be called. Its breaker opens after some failures in a row; from then on no caller pays
 * for finding out whether the instance is back, because that is asked by a probe.
 */
export class InstanceHealth {
  readonly #failuresInARow: ConsecutiveBreaker;
  readonly #circuit: CircuitBreakerPolicy;
  readonly #probe: () => Promise<void>;
  readonly #probeMs: number;
  #lastTrouble: Trouble = 'sick';
  #underWay: Promise<boolean> | undefined;
  #nextProbe: NodeJS.Timeout | undefined;
  #isClosed = false;

  /** `probe` asks the instance and rejects when it is not back. */
  constructor({ breakerFailures, breakerProbeMs, onRecover }: HealthOptions, probe: () => Promise<void>) {
    this.#failuresInARow = new ConsecutiveBreaker(breakerFailures);
    this.#probe = probe;
    this.#probeMs = breakerProbeMs;
    // When to probe is decided here, so the breaker itself need not wait between two probes.
    this.#circuit = circuitBreaker(handleAll, { breaker: this.#failuresInARow, halfOpenAfter: 0 });
    this.#circuit.onBreak(() => this.#probeLater());
    if (onRecover) this.#circuit.onReset(onRecover);
  }

  /** Whether calls may be sent to the instance. */
  get isUsable(): boolean {
    return this.#circuit.state === CircuitState.Closed;
  }

  /** What the breaker does, for metrics. */
  get breaker(): BreakerState {
    if (this.isUsable) return 'closed';
    return this.#circuit.state === CircuitState.HalfOpen ? 'half-open' : 'open';
  }

  /** Whether an instance that is not usable tells at once that it still is not. */
  get answersAtOnce(): boolean {
    return this.#lastTrouble === 'disconnected';
  }

  /** Notes that a call went well. Told to the count itself, because the breaker's own way costs several promises. */
  succeeded(): void {
    this.#failuresInARow.success();
  }

  /** Notes that a call failed for a reason that lies with the instance. */
  failed(trouble: Trouble): void {
    this.#lastTrouble = trouble;
    if (this.isUsable) this.#circuit.execute(() => Promise.reject(trouble)).catch(() => {});
  }

  /** Asks an instance that is not usable whether it is back; all who ask at the same time share one probe. */
  probe(): Promise<boolean> {
    this.#underWay ??= this.#ask();
    return this.#underWay;
  }

  /** Stops probing. */
  close(): void {
    this.#isClosed = true;
    clearTimeout(this.#nextProbe);
  }

  async #ask(): Promise<boolean> {
    clearTimeout(this.#nextProbe);
    // A failure opens the breaker again, which sets the time of the next probe.
    await this.#circuit
      .execute(() => this.#probe())
      .catch((error) => {
        this.#lastTrouble = troubleOf(error);
      });
    this.#underWay = undefined;
    return this.isUsable;
  }

  #probeLater(): void {
    if (this.#isClosed) return;
    clearTimeout(this.#nextProbe);
    this.#nextProbe = setTimeout(() => this.probe(), this.#probeMs).unref();
  }
}
