import { describe, expect, test } from '@jest/globals';
import { readAnswer } from './subgraph-answer.ts';

const read = (body: unknown, status = 200, entityCount?: number) =>
  readAnswer('image', { status, body: typeof body === 'string' ? body : JSON.stringify(body) }, entityCount);

describe('what a subgraph sends', () => {
  test.each([
    ['<h1>502 Bad Gateway of 10.0.0.7</h1>', 502],
    ['{"data":{"user":', 200],
    ['', 200],
    ['[]', 200],
    ['{}', 200],
    ['{"data":null}', 200],
    ['{"data":[]}', 200],
    ['{"data":{},"errors":"x"}', 200],
    ['{"errors":[{"message":"Send a valid API key","extensions":{"code":"UNAUTHENTICATED"}}]}', 401],
  ])('counts as no answer: %.40s', (body, status) => {
    expect(() => read(body, status)).toThrow(expect.objectContaining({ code: 'UNAVAILABLE' }));
  });

  test('must answer every entity that was asked for', () => {
    expect(() => read({ data: { _entities: [null] } }, 200, 2)).toThrow(
      expect.objectContaining({ code: 'UNAVAILABLE' }),
    );
    expect(read({ data: { _entities: [null, {}] } }, 200, 2).errors).toEqual([]);
  });

  test('keeps a public error with its path and the time to wait, without values', () => {
    const extensions = { code: 'OVERLOADED', retryAfterMs: 250, stacktrace: ['at x'] };
    const [error] = read({ errors: [{ message: 'Too many. Wait.', path: ['a'], extensions }] }, 503).errors;
    expect(error).toMatchObject({ code: 'OVERLOADED', message: 'Too many. Wait.', path: ['a'], retryAfterMs: 250 });
    const invalid = { message: 'Variable "$a" got invalid value "+91 98"; x', extensions: { code: 'BAD_USER_INPUT' } };
    expect(read({ errors: [invalid] }, 400).errors[0]?.message).not.toContain('+91');
  });

  test.each([[[{ id: '1' }]], [[null]], ['user'], [{}]])('gives an error no path such as %j', (path) => {
    const error = { message: 'Not now.', path, extensions: { code: 'OVERLOADED' } };
    expect(read({ data: {}, errors: [error] }).errors).toMatchObject([{ code: 'OVERLOADED', path: undefined }]);
  });

  test.each([
    { message: 'connect ECONNREFUSED 10.1.2.3:5432', extensions: { code: 'INTERNAL' } },
    { message: 'select * from users', extensions: { code: 'P2002' } },
    { message: 'no code' },
    'a text',
    null,
  ])('shows nothing of an error that nobody marked as public: %j', (error) => {
    const [shown] = read({ data: { a: null }, errors: [error] }).errors;
    expect(shown).toMatchObject({ code: 'INTERNAL', message: expect.stringContaining('report the request id') });
  });
});
