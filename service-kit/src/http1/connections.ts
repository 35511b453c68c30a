import type { AnswerHandler } from './answer-handler.ts';
import { Connection, type ConnectionOptions, type ConnectionOwner } from './connection.ts';

/** How many connections there are at most, and how each is kept. */
export interface ConnectionsOptions extends ConnectionOptions {
  connections: number;
}

interface Waiting {
  readonly request: string;
  readonly encoding: BufferEncoding;
  readonly handler: AnswerHandler;
}

/**
 * Kept-alive HTTP/1.1 connections to one server, for requests whose text is at hand and whose answers are short: a call
 * costs one write and one read, and half the processor time of a general client's. One call at a time goes over a
 * connection, so that a slow answer holds up no other.
 */
export class Connections implements ConnectionOwner {
  readonly #options: ConnectionsOptions;
  readonly #all = new Set<Connection>();
  /** Those without a call, the one that was used last at the end. */
  readonly #idle: Connection[] = [];
  #waiting: Waiting[] = [];
  #closed: (() => void) | undefined;

  constructor(options: ConnectionsOptions) {
    this.#options = options;
  }

  /** Sends a request; all that becomes of it is told to the handler. */
  dispatch(request: string, encoding: BufferEncoding, handler: AnswerHandler): void {
    const connection = this.#takeIdle() ?? this.#open();
    if (!connection) this.#waiting.push({ request, encoding, handler });
    else if (!connection.send(request, encoding, handler)) this.onFree(connection);
  }

  /** Waits for the calls under way and closes all connections. */
  async close(): Promise<void> {
    const closed = new Promise<void>((resolve) => {
      this.#closed = resolve;
    });
    for (const connection of this.#idle.splice(0)) connection.abort();
    if (this.#all.size > 0) await closed;
  }

  onFree(connection: Connection): void {
    // However many were given up while they waited, they are passed over here and in no deeper call.
    for (let next = this.#waiting.shift(); next; next = this.#waiting.shift()) {
      if (connection.send(next.request, next.encoding, next.handler)) return;
    }
    if (this.#closed) connection.abort();
    else this.#idle.push(connection);
  }

  onClosed(connection: Connection): void {
    this.#all.delete(connection);
    const at = this.#idle.indexOf(connection);
    if (at >= 0) this.#idle.splice(at, 1);
    if (this.#closed && this.#all.size === 0) this.#closed();
    const next = this.#waiting.shift();
    if (next) this.dispatch(next.request, next.encoding, next.handler);
  }

  #takeIdle(): Connection | undefined {
    const now = performance.now();
    for (let connection = this.#idle.pop(); connection; connection = this.#idle.pop()) {
      if (connection.isFresh(now)) return connection;
      connection.abort();
    }
    return undefined;
  }

  #open(): Connection | undefined {
    if (this.#all.size >= this.#options.connections) return undefined;
    const connection = new Connection(this.#options, this);
    this.#all.add(connection);
    return connection;
  }
}
