import { describe, expect, test } from '@jest/globals';
import { readJsonBody, readSearch } from './graph-request.ts';

const read = (text: string) => readJsonBody(Buffer.from(text));
const nested = (depth: number) => `${'['.repeat(depth)}${']'.repeat(depth)}`;

describe('the body of a POST', () => {
  test('is read as GraphQL over HTTP has it', () => {
    expect(read('{"query":"{a}","operationName":"A","variables":{"x":[1]},"extensions":{"y":1},"more":1}')).toEqual({
      query: '{a}',
      operationName: 'A',
      variables: { x: [1] },
      extensions: { y: 1 },
    });
    expect(read('{"query":"{a}","operationName":null,"variables":null,"extensions":null}')).toEqual({
      query: '{a}',
      operationName: undefined,
      variables: {},
      extensions: undefined,
    });
    expect(read('{"extensions":{"persistedQuery":{}}}').query).toBeUndefined();
  });

  test.each([
    ['', 'no JSON'],
    ['{', 'half of it'],
    ['[]', 'a batch'],
    ['7', 'a number'],
    ['null', 'null'],
    ['{}', 'no query'],
    ['{"query":""}', 'an empty query'],
    ['{"query":7}', 'a query that is no text'],
    ['{"query":"{a}","operationName":7}', 'a name that is no text'],
    ['{"query":"{a}","variables":[]}', 'variables that are a list'],
    ['{"query":"{a}","variables":"{}"}', 'variables that are a text'],
    ['{"query":"{a}","extensions":1}', 'extensions that are a number'],
    [`{"query":"{a}","variables":{"x":${nested(70)}}}`, 'variables nested too deeply'],
    [`{"query":"{a}","extensions":{"x":${nested(50_000)}}}`, 'extensions nested beyond all bounds'],
    ['{"query":"{a}","variables":{"__proto__":{}}}', 'a key that would reach a prototype'],
    ['{"query":"{a}","variables":{"x":{"constructor":{"prototype":{}}}}}', 'a key that would reach a constructor'],
  ])('that is %s (%s) is refused', (text) => {
    expect(() => read(text)).toThrow(expect.objectContaining({ code: 'BAD_REQUEST' }));
  });

  test('that is not UTF-8 is refused', () => {
    const body = Buffer.concat([Buffer.from('{"query":"{a(x:\\"'), Buffer.from([0xc3, 0x28]), Buffer.from('\\")}"}')]);
    expect(() => readJsonBody(body)).toThrow(expect.objectContaining({ message: 'Send the body in UTF-8.' }));
  });
});

describe('the address of a GET', () => {
  test('is read as GraphQL over HTTP has it', () => {
    const search = new URLSearchParams({ query: '{a}', operationName: 'A', variables: '{"x":1}', extensions: '{}' });
    expect(readSearch(search.toString())).toEqual({
      query: '{a}',
      operationName: 'A',
      variables: { x: 1 },
      extensions: {},
    });
  });

  test.each(['', 'query=', 'query=%7Ba%7D&variables=%7B', 'query=%7Ba%7D&query=%7Bb%7D', 'query=%7Ba%7D&variables=1'])(
    'that is %p is refused',
    (search) => {
      expect(() => readSearch(search)).toThrow(expect.objectContaining({ code: 'BAD_REQUEST' }));
    },
  );
});
