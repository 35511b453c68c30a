import { Client, type Dispatcher, errors, Pool } from 'undici';
import type { AnswerHandler } from './http1/answer-handler.ts';
import { Connections } from './http1/connections.ts';
import { type BreakerState, type HealthOptions, InstanceHealth } from './instance-health.ts';
import type { ServiceCall } from './service-call.ts';

/** How connections to an instance are kept, and when it is left alone. */
export interface InstanceOptions extends HealthOptions {
  /** The most connections to it; as many again where files are passed on to it. */
  connections: number;
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
const keepAliveMs = 30_000;
const notInHeader = /[^\t\x20-\x7e]/;
const probeTimeoutMs = 1_000;

/** One instance of a service: its connections, and whether it is fit to be called. */
export class ServiceInstance {
  readonly index: number;
  readonly health: InstanceHealth;
  /** The calls that wait for its answer. */
  inFlight = 0;
  readonly #pool: Pool;
  /** The quicker way, for short requests in the clear. */
  readonly #connections: Connections | undefined;
  readonly #authority: string;
  readonly #origin: string;
  readonly #address: string;
  readonly #base: string;

  constructor(index: number, address: string, options: InstanceOptions) {
    const { connections, probe } = options;
    const { origin, protocol, host, hostname, port, pathname, search } = new URL(address);
    this.index = index;
    this.#origin = origin;
    this.#address = pathname + search;
    this.#base = pathname.replace(/\/$/, '');
    this.#authority = host;
    // One timer of the call itself bounds the whole of it, so the client's own for headers and body are off.
    this.#pool = new Pool(origin, {
      connections,
      connectTimeout: connectTimeoutMs,
      headersTimeout: 0,
      bodyTimeout: 0,
      keepAliveTimeout: keepAliveMs,
    });
    if (protocol === 'http:') {
      const server = { host: hostname.replace(/^\[|\]$/g, ''), port: Number(port || 80) };
      this.#connections = new Connections({ ...server, connections, connectTimeoutMs, keepAliveMs });
    }
    this.health = new InstanceHealth(options, () => this.#ask(probe));
  }

  /** Sends a call; all that comes of it is told to the handler. */
  dispatch({ path, body }: ServiceCall, headers: string[], handler: Dispatcher.DispatchHandler & AnswerHandler): void {
    if (this.#connections && typeof body === 'string') {
      // What is as long in bytes as in letters is plain ASCII, which is written without being encoded.
      const lengthBytes = Buffer.byteLength(body);
      const head = this.#headFor(this.#target(path), headers, lengthBytes);
      if (head === undefined) handler.onResponseError(undefined, new errors.InvalidArgumentError('invalid header'));
      else this.#connections.dispatch(head + body, lengthBytes === body.length ? 'latin1' : 'utf8', handler);
      return;
    }
    // The types leave out async iterables, which undici takes.
    this.#pool.dispatch({ method: 'POST', path: this.#target(path), headers, body: body as string }, handler);
  }

  /** Its state, for metrics. */
  state(): InstanceState {
    return { instance: this.index, breaker: this.health.breaker, inFlight: this.inFlight };
  }

  /** Waits for the calls under way and closes the connections. */
  close(): Promise<void> {
    this.health.close();
    return Promise.all([this.#pool.close(), this.#connections?.close()]).then(() => {});
  }

  /** The head of a request; undefined where a header holds what none may hold. */
  #headFor(target: string, headers: string[], lengthBytes: number): string | undefined {
    let head = `POST ${target} HTTP/1.1\r\nhost: ${this.#authority}\r\nconnection: keep-alive\r\n`;
    for (let i = 0; i < headers.length; i += 2) {
      const value = headers[i + 1] as string;
      if (notInHeader.test(value)) return undefined;
      head += `${headers[i]}: ${value}\r\n`;
    }
    return `${head}content-length: ${lengthBytes}\r\n\r\n`;
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
