import { remainingMs, timedOut } from './request-context.ts';
import type { CallObserver, ServiceCall, ServiceResponse } from './service-call.ts';
import { NoInstance, ServiceUnavailable } from './service-errors.ts';
import { Exchange, type ExchangeShare } from './service-exchange.ts';
import { type InstanceOptions, type InstanceState, ServiceInstance } from './service-instance.ts';

/** Kept-alive connections to all instances of one service. */
export interface ServicePool {
  /**
   * POSTs to the instance with the fewest calls in flight and reads the whole answer. Rejects with ServiceUnavailable
   * or TIMEOUT, which name no address. What the answer says, a status of 500 included, is the caller's to judge.
   */
  post(call: ServiceCall): Promise<ServiceResponse>;
  /** The state of each instance, for metrics. */
  states(): InstanceState[];
  close(): Promise<void>;
}

/** How a pool works; what is left out has a default. */
export interface ServicePoolOptions extends Partial<InstanceOptions> {
  /** Answers over this many bytes count as no answer. */
  maxResponseBytes?: number;
  onCall?: CallObserver | undefined;
}

const mebibyte = 1024 * 1024;

const defaults: InstanceOptions = {
  connections: 64,
  probe: { path: '/livez' },
  breakerFailures: 5,
  breakerProbeMs: 500,
};

/** How many of the largest answers may be read at the same time. */
const largestAnswersAtOnce = 4;

/** Opens a pool to the service `name` at one address or several, each an instance of it. */
export function createServicePool(
  name: string,
  addresses: string | readonly string[],
  options: ServicePoolOptions = {},
): ServicePool {
  return new BalancedServicePool(name, typeof addresses === 'string' ? [addresses] : addresses, options);
}

class BalancedServicePool implements ServicePool, ExchangeShare {
  readonly service: string;
  readonly maxResponseBytes: number;
  readonly maxHeldBytes: number;
  readonly onCall: CallObserver | undefined;
  heldBytes = 0;
  readonly #instances: readonly ServiceInstance[];
  #turn = 0;

  constructor(service: string, addresses: readonly string[], options: ServicePoolOptions) {
    const { maxResponseBytes = 16 * mebibyte, onCall, ...more } = options;
    this.service = service;
    this.maxResponseBytes = maxResponseBytes;
    this.maxHeldBytes = maxResponseBytes * largestAnswersAtOnce;
    this.onCall = onCall;
    this.#instances = addresses.map((address, index) => new ServiceInstance(index, address, { ...defaults, ...more }));
  }

  post(call: ServiceCall): Promise<ServiceResponse> {
    const instance = this.choose();
    return instance ? this.#send(call, instance) : this.#sendIfBack(call);
  }

  choose(except?: ServiceInstance): ServiceInstance | undefined {
    const instances = this.#instances;
    let best: ServiceInstance | undefined;
    for (let i = 0; i < instances.length; i++) {
      const instance = instances[(this.#turn + i) % instances.length];
      if (!instance?.health.isUsable || instance === except) continue;
      if (!best || instance.inFlight < best.inFlight) best = instance;
    }
    // Where two have equally many, the next call finds the other one first.
    if (best) this.#turn = best.index + 1;
    return best;
  }

  states(): InstanceState[] {
    return this.#instances.map((instance) => instance.state());
  }

  async close(): Promise<void> {
    await Promise.all(this.#instances.map((instance) => instance.close()));
  }

  #send(call: ServiceCall, instance: ServiceInstance): Promise<ServiceResponse> {
    const budgetMs = Math.min(call.timeoutMs, remainingMs(call.context));
    if (budgetMs <= 0) return Promise.reject(timedOut());
    const { signal } = call;
    if (signal?.aborted) return Promise.reject(new ServiceUnavailable(this.service, signal.reason));
    return new Promise((resolve, reject) => {
      new Exchange(call, budgetMs, this, instance, resolve, reject);
    });
  }

  /**
   * Every breaker is open. An instance whose port refuses connections says within a millisecond whether it still does:
   * asked now, a service that was restarted is missed no longer than it was away. All else is refused at once.
   */
  async #sendIfBack(call: ServiceCall): Promise<ServiceResponse> {
    const askable = this.#instances.filter(({ health }) => health.answersAtOnce);
    await Promise.all(askable.map(({ health }) => health.probe()));
    const instance = this.choose();
    if (instance) return this.#send(call, instance);
    this.onCall?.(this.service, -1, 'rejected', 0);
    throw new ServiceUnavailable(this.service, new NoInstance());
  }
}
