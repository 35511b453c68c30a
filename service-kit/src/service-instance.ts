import { Client, type Dispatcher, Pool } from 'undici';
import { type BreakerState, type HealthOptions, InstanceHealth } from './instance-health.ts';
import type { ServiceCall } from './service-call.ts';

/** How connections to an instance are kept, and when it is left alone. */
export interface InstanceOptions extends HealthOptions {
  /** The most connections to it. */
  connections: number;
  /**
   * How many reads may be on their way over one connection at the same time (HTTP pipelining). More than 1 saves
   * processor time and lets one slow answer hold up the others behind it.
   */
  pipelining: number;
  /** What finds out whether it is back: any answer with a status below 500 says so. */
  probe: Probe;
}

/** A request for a path below the instance's address: a POST of JSON where there is a body, else a GET. */
export interface Probe {
  path: string;
  json?: string;
}

/** One instance of a service, for metrics. It is known by its place in the settings; no address is told. */
export interface InstanceState {
  instance: number;
  breaker: BreakerState;
  /** The calls that wait for its answer. */
  inFlight: number;
}

const connectTimeoutMs = 2_000;
const probeTimeoutMs = 1_000;

/** One instance of a service: its connections, and whether it is fit to be called. */
export class ServiceInstance {
  readonly index: number;
  readonly health: InstanceHealth;
  /** The calls that wait for its answer. */
  inFlight = 0;
  readonly #pool: Pool;
  readonly #origin: string;
  readonly #address: string;
  readonly #base: string;
  readonly #canPipeline: boolean;

  constructor(index: number, address: string, options: InstanceOptions) {
    const { connections, pipelining, probe } = options;
    const { origin, pathname, search } = new URL(address);
    this.index = index;
    this.#origin = origin;
    this.#address = pathname + search;
    this.#base = pathname.replace(/\/$/, '');
    this.#canPipeline = pipelining > 1;
    // One timer of the call itself bounds the whole of it, so the client's own for headers and body are off.
    this.#pool = new Pool(origin, {
      connections,
      pipelining,
      connectTimeout: connectTimeoutMs,
      headersTimeout: 0,
      bodyTimeout: 0,
      keepAliveTimeout: 30_000,
    });
    this.health = new InstanceHealth(options, () => this.#ask(probe));
  }

  /** Sends a call; all that comes of it is told to the handler. */
  dispatch({ path, body, isRead }: ServiceCall, headers: string[], handler: Dispatcher.DispatchHandler): void {
    const pipelined = this.#canPipeline && isRead;
    const options = {
      method: 'POST',
      path: this.#target(path),
      headers,
      // The types leave out async iterables, which undici takes.
      body: body as string,
      idempotent: pipelined,
      blocking: !pipelined,
    };
    this.#pool.dispatch(options, handler);
  }

  /** Its state, for metrics. */
  state(): InstanceState {
    return { instance: this.index, breaker: this.health.breaker, inFlight: this.inFlight };
  }

  /** Waits for the calls under way and closes the connections. */
  close(): Promise<void> {
    this.health.close();
    return this.#pool.close();
  }

  #target(path: string): string {
    return path === '' ? this.#address : this.#base + path;
  }

  /** Asks over a connection of its own: those of the pool may all wait for an instance that hangs. */
  async #ask({ path, json }: Probe): Promise<void> {
    const client = new Client(this.#origin, { connectTimeout: probeTimeoutMs });
    try {
      const signal = AbortSignal.timeout(probeTimeoutMs);
      const { statusCode, body } = await client.request({
        method: json === undefined ? 'GET' : 'POST',
        path: this.#target(path),
        headers: json === undefined ? {} : { 'content-type': 'application/json' },
        body: json ?? null,
        signal,
      });
      // The rest of the answer, however long, goes with the connection.
      body.on('error', () => {});
      if (statusCode >= 500) throw new Error(`HTTP ${statusCode}`);
    } finally {
      client.destroy();
    }
  }
}
