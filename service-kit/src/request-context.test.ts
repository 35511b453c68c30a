import { expect, test } from '@jest/globals';
import { contextHeadersOf, type RequestContext, readContext, remainingMs } from './request-context.ts';

const traceparent = '00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01';

/** The headers of a call that has so long, by name. */
function headersOf(context: RequestContext, budgetMs: number): Record<string, string | undefined> {
  const headers = contextHeadersOf(context, budgetMs);
  return Object.fromEntries(headers.flatMap((name, i) => (i % 2 === 0 ? [[name, headers[i + 1]]] : [])));
}

test('request id, trace and client address travel on unchanged', () => {
  const headers = { 'x-request-id': 'r-1', traceparent, 'x-atrium-client-address': '203.0.113.7' };
  expect(headersOf(readContext(headers, 1_000), 1_000)).toMatchObject(headers);
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
  expect(headersOf(readContext({}, 1_000), 50.9)['x-atrium-deadline-ms']).toBe('50');
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

test('an address that nobody told is not passed on', () => {
  expect(headersOf(readContext({}, 1_000), 50)).not.toHaveProperty('x-atrium-client-address');
});
