import { connect, type Socket } from 'node:net';
import { type Response, readResponse } from './read-response.ts';

/** Gives the bytes of the request for a place. They are left alone until the connection asks for the next. */
export type WriteRequest = (place: number) => Buffer;

/** Told what came of a request: its response, or undefined where the connection broke. */
export type OnAnswer = (connection: Connection, response: Response | undefined) => void;

const readBufferSize = 128 * 1024;

/**
 * A kept-alive connection for one request at a time. It is no general HTTP client, because the load shares cores
 * with what it measures and must cost next to nothing: a request is a buffer, and an answer is read where the socket
 * put it.
 */
export class Connection {
  /** The place that the request on its way asks for. */
  place = 0;
  /** When that request was to be sent, by `performance.now()`. */
  dueAt = 0;
  #socket: Socket | undefined;
  #waiting = false;
  #pending: Buffer | undefined;
  readonly #write: WriteRequest;
  readonly #port: number;
  readonly #onAnswer: OnAnswer;

  constructor(port: number, write: WriteRequest, onAnswer: OnAnswer) {
    this.#port = port;
    this.#write = write;
    this.#onAnswer = onAnswer;
    this.#socket = this.#connect();
  }

  /** Sends the request for a place. */
  send(place: number, dueAt: number): void {
    this.place = place;
    this.dueAt = dueAt;
    this.#waiting = true;
    this.#socket ??= this.#connect();
    this.#socket.write(this.#write(place));
  }

  /** Closes it; what is on its way is not reported. */
  close(): void {
    this.#waiting = false;
    this.#socket?.destroy();
  }

  #connect(): Socket {
    const buffer = Buffer.allocUnsafe(readBufferSize);
    const socket: Socket = connect({
      host: '127.0.0.1',
      port: this.#port,
      noDelay: true,
      onread: { buffer, callback: (size) => this.#read(socket, buffer.subarray(0, size)) },
    });
    socket.on('error', () => socket.destroy());
    socket.on('close', () => {
      if (socket === this.#socket) this.#broke();
    });
    return socket;
  }

  #read(socket: Socket, arrived: Buffer): boolean {
    if (socket !== this.#socket || !this.#waiting) return true;
    const bytes = this.#pending ? Buffer.concat([this.#pending, arrived]) : arrived;
    const response = readResponse(bytes);
    if (!response) {
      // The socket reads into the same buffer again.
      this.#pending = this.#pending ? bytes : Buffer.from(bytes);
      return true;
    }
    this.#pending = undefined;
    this.#waiting = false;
    if (response.closes) {
      this.#socket = undefined;
      socket.destroy();
    }
    this.#onAnswer(this, response);
    return true;
  }

  #broke(): void {
    this.#socket = undefined;
    this.#pending = undefined;
    if (!this.#waiting) return;
    this.#waiting = false;
    this.#onAnswer(this, undefined);
  }
}
