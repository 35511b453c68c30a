/** How the end of an answer's body is found (RFC 9112, 6.3). */
export type Framing = 'length' | 'chunked' | 'until-close';

/** What the head of an answer says that matters to its reader. */
export interface AnswerHead {
  status: number;
  framing: Framing;
  /** The length of the body, where `framing` says that it has one. */
  lengthBytes: number;
  /** Whether the connection may be used again. */
  keepsAlive: boolean;
  /** After how many idle seconds the server closes it; undefined where it does not say. */
  idleSeconds: number | undefined;
}

/** An answer that is not HTTP/1.1 as RFC 9112 has it. The connection that it came over is of no use any more. */
export class MalformedAnswer extends Error {
  constructor() {
    super('malformed answer');
    this.name = 'MalformedAnswer';
  }
}

const statusLine = /^HTTP\/1\.([01]) (\d{3})(?: |$)/;
const decimal = /^\d{1,15}$/;

/**
 * Reads the head of an answer to a POST, without the empty line that ends it. Throws MalformedAnswer for whatever two
 * readers might understand differently: two lengths, a length and chunks, a folded line, a space before a colon.
 */
export function readHead(text: string): AnswerHead {
  let lineEnd = text.indexOf('\r\n');
  if (lineEnd < 0) lineEnd = text.length;
  const match = statusLine.exec(text.slice(0, lineEnd));
  if (!match) throw new MalformedAnswer();
  const status = Number(match[2]);
  let keepsAlive = match[1] === '1';
  let length: string | undefined;
  let isChunked = false;
  let idleSeconds: number | undefined;
  while (lineEnd < text.length) {
    const from = lineEnd + 2;
    lineEnd = text.indexOf('\r\n', from);
    if (lineEnd < 0) lineEnd = text.length;
    const colon = text.indexOf(':', from);
    if (colon <= from || colon >= lineEnd || isSpace(text.charCodeAt(colon - 1)) || isSpace(text.charCodeAt(from))) {
      throw new MalformedAnswer();
    }
    // Only names of these lengths are looked at.
    const size = colon - from;
    if (size !== 14 && size !== 17 && size !== 10) continue;
    const name = text.slice(from, colon).toLowerCase();
    const value = () => text.slice(colon + 1, lineEnd).trim();
    if (name === 'content-length') {
      const given = value();
      if (!decimal.test(given) || (length !== undefined && length !== given)) throw new MalformedAnswer();
      length = given;
    } else if (name === 'transfer-encoding') {
      if (isChunked || value().toLowerCase() !== 'chunked') throw new MalformedAnswer();
      isChunked = true;
    } else if (name === 'connection') {
      const options = value().toLowerCase();
      if (/\bclose\b/.test(options)) keepsAlive = false;
      else if (/\bkeep-alive\b/.test(options)) keepsAlive = true;
    } else if (name === 'keep-alive') {
      const timeout = /\btimeout=(\d{1,6})\b/.exec(value())?.[1];
      if (timeout !== undefined) idleSeconds = Number(timeout);
    }
  }
  if (isChunked && length !== undefined) throw new MalformedAnswer();
  const isBodiless = status === 204 || status === 304 || status < 200;
  const framing = isBodiless || length !== undefined ? 'length' : isChunked ? 'chunked' : 'until-close';
  return { status, framing, lengthBytes: isBodiless ? 0 : Number(length ?? 0), keepsAlive, idleSeconds };
}

function isSpace(code: number): boolean {
  return code === 0x20 || code === 0x09;
}
