import { describe, expect, test } from '@jest/globals';
import type { AnswerHead } from './answer-head.ts';
import { AnswerReader } from './answer-reader.ts';

interface Read {
  head: AnswerHead | undefined;
  body: string;
  isWhole: boolean;
  taken: number;
}

/** Reads these pieces, each of which is overwritten once it was read, as the memory of a connection is. */
function read(...pieces: (string | Buffer)[]): Read {
  const seen: Read = { head: undefined, body: '', isWhole: false, taken: 0 };
  const kept: Buffer[] = [];
  const reader = new AnswerReader({
    head: (head) => {
      seen.head = head;
    },
    body: (piece) => kept.push(piece),
    end: () => {
      seen.isWhole = true;
      seen.body = Buffer.concat(kept).toString();
    },
  });
  const memory = Buffer.alloc(64 * 1024, '\r\n\r\n');
  for (const piece of pieces) {
    const bytes = Buffer.from(piece);
    const length = bytes.copy(memory);
    seen.taken += reader.read(memory, length);
    memory.fill('\r\n\r\n');
  }
  if (!seen.isWhole && reader.close()) seen.body = Buffer.concat(kept).toString();
  return seen;
}

const lines = (...all: string[]) => all.join('\r\n');

const answers: Record<string, { text: string; body: string; head: Partial<AnswerHead> }> = {
  'with a length': {
    text: lines('HTTP/1.1 200 OK', 'Content-Type: application/json', 'Content-Length: 7', '', 'grüße'),
    body: 'grüße',
    head: { status: 200, framing: 'length', lengthBytes: 7, keepsAlive: true, idleSeconds: undefined },
  },
  'without a body': {
    text: lines('HTTP/1.1 204 No Content', 'connection: close', '', ''),
    body: '',
    head: { status: 204, framing: 'length', lengthBytes: 0, keepsAlive: false },
  },
  'of length 0': {
    text: lines('HTTP/1.1 500', 'content-length:0', 'Keep-Alive: timeout=5, max=100', '', ''),
    body: '',
    head: { status: 500, framing: 'length', lengthBytes: 0, idleSeconds: 5 },
  },
  'in chunks': {
    text: lines('HTTP/1.1 200 OK', 'Transfer-Encoding: Chunked', '', '3', 'abc', 'A;x=y', '0123456789', '0', '', ''),
    body: 'abc0123456789',
    head: { framing: 'chunked', keepsAlive: true },
  },
  'in chunks, with a trailer': {
    text: lines('HTTP/1.1 200 OK', 'transfer-encoding: chunked', '', '1', 'a', '0', 'X-Sum: 1', '', ''),
    body: 'a',
    head: { framing: 'chunked' },
  },
  'after interim ones': {
    text: lines(
      'HTTP/1.1 100 Continue',
      '',
      'HTTP/1.1 103 Early Hints',
      'link: x',
      '',
      'HTTP/1.1 200 OK',
      'content-length: 2',
      '',
      'ok',
    ),
    body: 'ok',
    head: { status: 200 },
  },
};

describe.each(Object.entries(answers))('an answer %s', (_name, { text, body, head }) => {
  const bytes = Buffer.from(text);
  const whole = { body, isWhole: true, taken: bytes.length };

  test('is read from one piece, and nothing of what follows it', () => {
    const seen = read(Buffer.concat([bytes, Buffer.from('HTTP/1.1')]));
    expect(seen).toMatchObject(whole);
    expect(seen.head).toMatchObject(head);
  });

  test('is the same wherever it was cut in two, and from single bytes', () => {
    for (let at = 1; at < bytes.length; at++) {
      expect(read(bytes.subarray(0, at), bytes.subarray(at))).toMatchObject(whole);
    }
    expect(read(...Array.from(bytes, (byte) => Buffer.of(byte)))).toMatchObject(whole);
  });
});

test('an answer that says nothing of its length ends with its connection, which is not used again', () => {
  const seen = read(lines('HTTP/1.0 200 OK', '', 'all ', ''), 'of it');
  expect(seen).toMatchObject({
    isWhole: true,
    body: 'all \r\nof it',
    head: { framing: 'until-close', keepsAlive: false },
  });
});

test('an answer that is broken off is no whole one', () => {
  const text = lines('HTTP/1.1 200 OK', 'content-length: 10', '', 'half');
  expect(read(text)).toMatchObject({ isWhole: false, body: '' });
});

test.each<[string, string]>([
  ['no status line', lines('HELLO', '', '')],
  ['another protocol', lines('HTTP/2 200 OK', '', '')],
  ['a switch of protocols', lines('HTTP/1.1 101 Switching Protocols', '', '')],
  ['two lengths', lines('HTTP/1.1 200 OK', 'content-length: 1', 'content-length: 2', '', 'ab')],
  ['a list of lengths', lines('HTTP/1.1 200 OK', 'content-length: 1, 1', '', 'a')],
  ['a signed length', lines('HTTP/1.1 200 OK', 'content-length: +1', '', 'a')],
  ['a length and chunks', lines('HTTP/1.1 200 OK', 'content-length: 1', 'transfer-encoding: chunked', '', '1', 'a')],
  ['an unknown coding', lines('HTTP/1.1 200 OK', 'transfer-encoding: gzip, chunked', '', '')],
  ['a folded line', lines('HTTP/1.1 200 OK', 'x: a', ' content-length: 1', '', 'a')],
  ['a space before the colon', lines('HTTP/1.1 200 OK', 'content-length : 1', '', 'a')],
  ['a line without a colon', lines('HTTP/1.1 200 OK', 'content-length', '', 'a')],
  ['a chunk of no size', lines('HTTP/1.1 200 OK', 'transfer-encoding: chunked', '', 'x', 'a')],
  ['a chunk of negative size', lines('HTTP/1.1 200 OK', 'transfer-encoding: chunked', '', '-1', 'a')],
  [
    'a chunk that is longer than it says',
    lines('HTTP/1.1 200 OK', 'transfer-encoding: chunked', '', '1', 'ab', '0', '', ''),
  ],
  ['a head without end', `HTTP/1.1 200 OK\r\nx: ${'a'.repeat(17_000)}`],
  ['a chunk’s line without end', lines('HTTP/1.1 200 OK', 'transfer-encoding: chunked', '', '1;'.repeat(1_000))],
])('%s is refused', (_what, text) => {
  expect(() => read(text)).toThrow('malformed answer');
});
