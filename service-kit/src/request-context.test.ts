import { expect, test } from '@jest/globals';
import { contextHeadersOf, readContext, remainingMs, writeContext } from './request-context.ts';

const traceparent = '00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01';

test('request id, trace and client address travel on unchanged', () => {
  const headers = { 'x-request-id': 'r-1', traceparent, 'x-atrium-client-address': '203.0.113.7' };
  expect(writeContext(readContext(headers, 1_000), 1_000)).toMatchObject(headers);
});

test.each([
  ['', 'absent'],
  ['00-00000000000000000000000000000000-b7ad6b7169203331-01', 'without a trace id'],
  ['00-0af7651916cd43dd8448eb211c80319c-0000000000000000-01', 'without a parent id'],
  ['a line\nof somebody else', 'malformed'],
])('a trace that is %j is begun anew, in the form of W3C Trace Context', (given) => {
  const made = readContext({ traceparent: given }, 1_000).traceparent;
  expect(made).toMatch(/^00-[\da-f]{32}-[\da-f]{16}-01$/);
  expect(made).not.toBe(given);
});

test('a request id that could forge a log line is not taken over', () => {
  expect(readContext({ 'x-request-id': 'r-1\n{"level":"info"}' }, 1_000).requestId).toMatch(/^[\da-f-]{36}$/);
});

test('a caller may shorten the time of a request and not lengthen it', () => {
  expect(remainingMs(readContext({ 'x-atrium-deadline-ms': '200' }, 1_000))).toBeLessThanOrEqual(200);
  expect(remainingMs(readContext({ 'x-atrium-deadline-ms': '99999' }, 1_000))).toBeLessThanOrEqual(1_000);
  expect(Number(writeContext(readContext({}, 1_000), 50)['x-atrium-deadline-ms'])).toBeLessThanOrEqual(50);
});

test('no two requests are given the same id or trace, and ids are UUIDs of version 7 that tell the time', () => {
  const before = Date.now();
  const contexts = Array.from({ length: 5_000 }, () => readContext({}, 1_000));
  expect(new Set(contexts.map(({ requestId }) => requestId)).size).toBe(5_000);
  expect(new Set(contexts.map((context) => context.traceparent)).size).toBe(5_000);
  for (const { requestId, traceparent: trace } of contexts) {
    expect(requestId).toMatch(/^[\da-f]{8}-[\da-f]{4}-7[\da-f]{3}-[89ab][\da-f]{3}-[\da-f]{12}$/);
    expect(trace).toMatch(/^00-[\da-f]{32}-[\da-f]{16}-01$/);
    const madeAt = Number.parseInt(requestId.replace('-', '').slice(0, 12), 16);
    expect(madeAt).toBeGreaterThanOrEqual(before);
    expect(madeAt).toBeLessThanOrEqual(Date.now());
  }
});

test('as names and values in turn the context says the same', () => {
  const context = readContext({ 'x-atrium-client-address': '203.0.113.7' }, 1_000);
  for (const each of [context, { ...context, clientAddress: undefined }]) {
    const headers = contextHeadersOf(each, 50.9);
    const pairs = headers.flatMap((name, i) => (i % 2 === 0 ? [[name, headers[i + 1]]] : []));
    expect(Object.fromEntries(pairs)).toEqual(writeContext(each, 50.9));
  }
});
