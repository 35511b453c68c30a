import { expect, test } from '@jest/globals';
import { readResponse } from './read-response.ts';

const withLength = 'HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: 11\r\n\r\n{"data":{}}';
const withChunks = 'HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n4\r\n{"da\r\n7\r\nta":{}}\r\n0\r\n\r\n';

function read(text: string) {
  const response = readResponse(Buffer.from(text));
  return response && { ...response, body: response.body.toString() };
}

test.each([
  ['a length', withLength],
  ['chunks', withChunks],
])('a response with %s is read when the last byte has come, and not before', (_, text) => {
  const parts = Array.from({ length: text.length }, (_, end) => read(text.slice(0, end)));
  expect(parts.filter(Boolean)).toEqual([]);
  expect(read(text)).toEqual({ status: 200, closes: false, body: '{"data":{}}' });
});

test('a status other than 200 and a connection that closes are seen', () => {
  const text = 'HTTP/1.1 503 Service Unavailable\r\nConnection: close\r\nContent-Length: 0\r\n\r\n';
  expect(read(text)).toEqual({ status: 503, closes: true, body: '' });
});
