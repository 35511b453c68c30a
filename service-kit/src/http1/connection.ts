import { connect, type Socket } from 'node:net';
import type { AnswerController, AnswerHandler } from './answer-handler.ts';
import type { AnswerHead } from './answer-head.ts';
import { type AnswerListener, AnswerReader } from './answer-reader.ts';

/** Where a connection leads to, and for how long it is tried and kept. */
export interface ConnectionOptions {
  host: string;
  port: number;
  connectTimeoutMs: number;
  /** The longest that it may be idle, even where the server says nothing. */
  keepAliveMs: number;
}

/** Whom a connection tells of itself. */
export interface ConnectionOwner {
  /** It is free for another call. */
  onFree(connection: Connection): void;
  onClosed(connection: Connection): void;
}

// A read is over before the next one of any connection begins, so that all may read into the same memory.
const received = Buffer.allocUnsafeSlow(64 * 1024);

/** A server that closes an idle connection must not meet a request on its way; servers tell whole seconds. */
const idleMarginMs = 1_000;

/** The error for a connection that its other side closed, by the name that the system has for it. */
class ConnectionReset extends Error {
  readonly code = 'ECONNRESET';

  constructor() {
    super('the connection was closed');
    this.name = 'ConnectionReset';
  }
}

class ConnectTimeout extends Error {
  constructor() {
    super('the connection was not made in time');
    this.name = 'ConnectTimeout';
  }
}

/** A connection that carries one call at a time. */
export class Connection implements AnswerController, AnswerListener {
  readonly #owner: ConnectionOwner;
  readonly #socket: Socket;
  readonly #reader: AnswerReader;
  readonly #keepAliveMs: number;
  #handler: AnswerHandler | undefined;
  #request = '';
  #encoding: BufferEncoding = 'latin1';
  #isOpen = false;
  #keepsAlive = true;
  #isAnswered = false;
  #idleMs: number;
  #freshUntil = 0;

  constructor(options: ConnectionOptions, owner: ConnectionOwner) {
    const { host, port, connectTimeoutMs, keepAliveMs } = options;
    this.#owner = owner;
    this.#keepAliveMs = keepAliveMs;
    this.#idleMs = keepAliveMs;
    this.#reader = new AnswerReader(this);
    const callback = (length: number, buffer: Uint8Array) => this.#read(buffer as Buffer, length);
    this.#socket = connect({ host, port, noDelay: true, onread: { buffer: received, callback } });
    // Whoever waits for an answer has a timer, which keeps the process alive; an idle connection does not.
    this.#socket.unref();
    const tooLate = setTimeout(() => this.#fail(new ConnectTimeout()), connectTimeoutMs).unref();
    this.#socket
      .once('connect', () => {
        clearTimeout(tooLate);
        this.#isOpen = true;
        if (!this.#write()) this.#free();
      })
      .once('end', () => {
        this.#reader.close();
        // Half a connection takes no further request.
        this.#socket.destroy();
      })
      .once('error', (error) => this.#fail(error))
      .once('close', () => {
        clearTimeout(tooLate);
        this.#fail(new ConnectionReset());
        owner.onClosed(this);
      });
  }

  /** Whether it can be expected to be open still. */
  isFresh(now: number): boolean {
    return now < this.#freshUntil && !this.#socket.destroyed;
  }

  /**
   * Sends a request, whose text is written in `encoding`, once the connection is open. False where it was given up while
   * it waited: then the connection is as free as before.
   */
  send(request: string, encoding: BufferEncoding, handler: AnswerHandler): boolean {
    this.#handler = handler;
    this.#request = request;
    this.#encoding = encoding;
    return !this.#isOpen || this.#write();
  }

  /** Closes it; a call on its way is broken off without a word to its handler. */
  abort(): void {
    this.#handler = undefined;
    this.#socket.destroy();
  }

  head(head: AnswerHead): void {
    this.#keepsAlive = head.keepsAlive;
    if (head.idleSeconds !== undefined) {
      this.#idleMs = Math.min(this.#keepAliveMs, head.idleSeconds * 1_000 - idleMarginMs);
    }
    const headers = head.framing === 'length' ? { 'content-length': String(head.lengthBytes) } : {};
    this.#handler?.onResponseStart(this, head.status, headers);
  }

  body(piece: Buffer): void {
    this.#handler?.onResponseData(this, piece);
  }

  end(): void {
    const handler = this.#handler;
    if (!handler) return;
    this.#handler = undefined;
    this.#isAnswered = true;
    handler.onResponseEnd();
  }

  #free(): void {
    this.#freshUntil = performance.now() + this.#idleMs;
    this.#owner.onFree(this);
  }

  #write(): boolean {
    const handler = this.#handler;
    if (!handler) return false;
    try {
      handler.onRequestStart(this);
    } catch {
      this.#handler = undefined;
      return false;
    }
    this.#socket.write(this.#request, this.#encoding);
    this.#request = '';
    return true;
  }

  #read(buffer: Buffer, length: number): boolean {
    // What nobody asked for, such as a farewell to an idle connection, must not be taken for an answer.
    if (!this.#handler) {
      this.#socket.destroy();
      return false;
    }
    this.#handler.onResponseStarted();
    try {
      const taken = this.#reader.read(buffer, length);
      if (this.#isAnswered) this.#afterAnswer(taken === length);
    } catch (error) {
      this.#fail(error as Error);
    }
    return true;
  }

  /** Nothing may follow an answer but the next one that is asked for. */
  #afterAnswer(isAll: boolean): void {
    this.#isAnswered = false;
    if (isAll && this.#keepsAlive) this.#free();
    else this.#socket.destroy();
  }

  #fail(error: Error): void {
    const handler = this.#handler;
    this.#handler = undefined;
    this.#socket.destroy();
    handler?.onResponseError(this, error);
  }
}
