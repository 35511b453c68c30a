import { describe, expect, test } from '@jest/globals';
import { expectAnswers } from './expected-answers.ts';
import { queries } from './queries.ts';

describe.each(Object.values(queries))('the answers to $name', (query) => {
  const expected = expectAnswers(query);
  const { first, end } = query.places;
  const place = first + 4_321;

  test('are the data of the place that was asked for', () => {
    const { answers, userAsAnswered } = query;
    for (const each of [first, place, end - 1]) {
      const data =
        answers.field === 'user'
          ? { user: userAsAnswered(each) }
          : { users: Array.from({ length: answers.count }, (_, index) => userAsAnswered(each + index)) };
      expect(JSON.parse(expected.bytes(each).toString())).toEqual({ data });
    }
  });

  test('are recognised as bytes, with a line end, and as equal JSON', () => {
    const bytes = expected.bytes(place);
    const spaced = JSON.stringify(JSON.parse(bytes.toString()), undefined, 2);
    for (const body of [bytes, Buffer.concat([bytes, Buffer.from('\n')]), Buffer.from(spaced)]) {
      expect(expected.matches(body, place)).toBe(true);
    }
  });

  test('are told from another place’s, from a part and from one with a byte changed', () => {
    const bytes = expected.bytes(place);
    const changed = Buffer.from(bytes);
    const digit = bytes.lastIndexOf('_') + 1 || bytes.length - 5;
    changed[digit] = (changed[digit] ?? 0) ^ 1;
    for (const body of [expected.bytes(place + 1), bytes.subarray(0, -1), changed, Buffer.from('{"data":null}')]) {
      expect(expected.matches(body, place)).toBe(false);
    }
  });
});
