import { type AnswerHead, MalformedAnswer, readHead } from './answer-head.ts';

/** Whom a reader tells what it reads. */
export interface AnswerListener {
  /** The head of the answer; interim ones (1xx) are not told. */
  head(head: AnswerHead): void;
  /** A piece of the body: a view of what was read where it completes the answer, else a copy. */
  body(piece: Buffer): void;
  end(): void;
}

const headEnd = '\r\n\r\n';
const lineEnd = '\r\n';
const maxHeadBytes = 16 * 1024;
const maxChunkLineBytes = 1024;
const chunkSize = /^([\da-f]{1,12})[ \t]*(?:;|$)/i;

type State = 'head' | 'length' | 'until-close' | 'chunk-size' | 'chunk' | 'chunk-end' | 'trailer';

/** Reads answers, one after the other, from the bytes of a connection (RFC 9112). */
export class AnswerReader {
  readonly #listener: AnswerListener;
  #state: State = 'head';
  /** What of the body, or of its chunk, is still to come. */
  #missingBytes = 0;
  /** The beginning of something that is read as a whole: a head, or a line. */
  #rest: Buffer | undefined;
  #isFinished = false;

  constructor(listener: AnswerListener) {
    this.#listener = listener;
  }

  /**
   * Takes the first `length` bytes of `buffer`, which may be overwritten afterwards, up to the end of an answer.
   * Answers how many it took. Throws MalformedAnswer.
   */
  read(buffer: Buffer, length: number): number {
    const rest = this.#rest;
    if (rest === undefined) return this.#read(buffer, length);
    this.#rest = undefined;
    const whole = Buffer.concat([rest, buffer.subarray(0, length)]);
    return this.#read(whole, whole.length) - rest.length;
  }

  /** The connection is closed; answers whether that ends an answer, and does not break it off. */
  close(): boolean {
    if (this.#state !== 'until-close') return false;
    this.#finish();
    return true;
  }

  #read(data: Buffer, length: number): number {
    this.#isFinished = false;
    let at = 0;
    while (at < length && !this.#isFinished) {
      const next = this.#step(data, at, length);
      if (next < 0) {
        this.#rest = Buffer.from(data.subarray(at, length));
        return length;
      }
      at = next;
    }
    return at;
  }

  /** Reads one element from `at`; answers where it ends, or -1 where it has not arrived in full. */
  #step(data: Buffer, at: number, length: number): number {
    switch (this.#state) {
      case 'head':
        return this.#readHead(data, at, length);
      case 'length':
      case 'chunk':
      case 'until-close':
        return this.#readBody(data, at, length);
      default:
        return this.#readLine(data, at, length);
    }
  }

  #readHead(data: Buffer, at: number, length: number): number {
    const end = data.indexOf(headEnd, at, 'latin1');
    const isWhole = end >= 0 && end + headEnd.length <= length;
    if ((isWhole ? end : length) - at > maxHeadBytes) throw new MalformedAnswer();
    if (!isWhole) return -1;
    const head = readHead(data.toString('latin1', at, end));
    const bodyAt = end + headEnd.length;
    if (head.status < 200) {
      // Nobody asked to switch to another protocol.
      if (head.status === 101) throw new MalformedAnswer();
      return bodyAt;
    }
    this.#listener.head(head);
    this.#missingBytes = head.framing === 'until-close' ? Number.POSITIVE_INFINITY : head.lengthBytes;
    this.#state = head.framing === 'chunked' ? 'chunk-size' : head.framing;
    if (head.framing === 'length' && head.lengthBytes === 0) this.#finish();
    return bodyAt;
  }

  #readBody(data: Buffer, at: number, length: number): number {
    const end = Math.min(length, at + this.#missingBytes);
    const piece = data.subarray(at, end);
    this.#missingBytes -= piece.length;
    const completes = this.#state === 'length' && this.#missingBytes === 0;
    this.#listener.body(completes ? piece : Buffer.from(piece));
    if (completes) this.#finish();
    else if (this.#missingBytes === 0) this.#state = 'chunk-end';
    return end;
  }

  #readLine(data: Buffer, at: number, length: number): number {
    const end = data.indexOf(lineEnd, at, 'latin1');
    const isWhole = end >= 0 && end + lineEnd.length <= length;
    if ((isWhole ? end : length) - at > maxChunkLineBytes) throw new MalformedAnswer();
    if (!isWhole) return -1;
    this.#takeLine(data.toString('latin1', at, end));
    return end + lineEnd.length;
  }

  #takeLine(line: string): void {
    if (this.#state === 'chunk-end') {
      if (line !== '') throw new MalformedAnswer();
      this.#state = 'chunk-size';
    } else if (this.#state === 'trailer') {
      if (line === '') this.#finish();
    } else {
      const size = chunkSize.exec(line)?.[1];
      if (size === undefined) throw new MalformedAnswer();
      this.#missingBytes = Number.parseInt(size, 16);
      this.#state = this.#missingBytes === 0 ? 'trailer' : 'chunk';
    }
  }

  #finish(): void {
    this.#state = 'head';
    this.#isFinished = true;
    this.#listener.end();
  }
}
