import { isDeepStrictEqual } from 'node:util';
import { userCount } from './dataset.ts';
import type { BenchQuery } from './queries.ts';

/** What the answers to a query must be. */
export interface ExpectedAnswers {
  /** The answer for a place, as bytes: `{"data":…}` in the order of the query's fields. */
  bytes(place: number): Buffer;
  /** Whether a response body is the answer for a place: the same bytes, or else equal JSON. */
  matches(body: Buffer, place: number): boolean;
}

const newline = 0x0a;

/**
 * Prepares all answers to a query. The users stand one behind the other in one piece of memory, of which every answer
 * is a slice: comparing an answer then costs no more than reading it.
 */
export function expectAnswers(query: BenchQuery): ExpectedAnswers {
  const isList = query.answers.field === 'users';
  const count = isList ? query.answers.count : 1;
  const before = Buffer.from(isList ? '{"data":{"users":[' : '{"data":{"user":');
  const after = Buffer.from(isList ? ']}}' : '}}');
  const texts = Array.from({ length: userCount }, (_, place) => JSON.stringify(query.userAsAnswered(place)));
  const users = Buffer.from(texts.join(','));
  const starts = new Uint32Array(userCount + 1);
  texts.forEach((text, place) => {
    starts[place + 1] = (starts[place] ?? 0) + Buffer.byteLength(text) + 1;
  });
  const startOf = (place: number) => starts[place] ?? 0;
  const endOf = (place: number) => (starts[place + count] ?? 0) - 1;

  function hasBytes(response: Buffer, place: number): boolean {
    const body = response.at(-1) === newline ? response.subarray(0, -1) : response;
    const start = startOf(place);
    const end = endOf(place);
    const middle = before.length + end - start;
    return (
      body.length === middle + after.length &&
      body.compare(before, 0, before.length, 0, before.length) === 0 &&
      body.compare(users, start, end, before.length, middle) === 0 &&
      body.compare(after, 0, after.length, middle) === 0
    );
  }
  const bytes = (place: number) => Buffer.concat([before, users.subarray(startOf(place), endOf(place)), after]);
  return {
    bytes,
    matches: (body, place) => hasBytes(body, place) || isSameJson(body, bytes(place)),
  };
}

function isSameJson(body: Buffer, expected: Buffer): boolean {
  try {
    return isDeepStrictEqual(JSON.parse(body.toString()), JSON.parse(expected.toString()));
  } catch {
    return false;
  }
}
