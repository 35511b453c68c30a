import { describe, expect, test } from '@jest/globals';
import { chooseMediaType, NotAcceptable } from './media-type.ts';

const legacy = 'application/json; charset=utf-8';
const modern = 'application/graphql-response+json; charset=utf-8';

describe('the form of an answer', () => {
  test.each<[string | undefined, string]>([
    [undefined, legacy],
    ['*/*', legacy],
    ['application/*', legacy],
    ['application/json', legacy],
    ['application/json; charset=utf-8', legacy],
    ['application/graphql-response+json', modern],
    ['Application/GraphQL-Response+JSON;q=0.5', modern],
    ['application/graphql-response+json, application/json', legacy],
    ['application/graphql-response+json, application/json;q=0.9', modern],
    ['application/graphql-response+json;q=0.8, application/json', legacy],
    ['text/html, application/graphql-response+json', modern],
    ['text/html, */*;q=0.1', legacy],
    ['application/json;q=0, */*', modern],
  ])('for %p is %p', (accept, expected) => {
    expect(chooseMediaType(accept)).toBe(expected);
    expect(chooseMediaType(accept)).toBe(expected);
  });

  test.each(['text/html', 'application/json;q=0', 'image/*', ',', '*/*;q=0'])('is none for %p', (accept) => {
    expect(() => chooseMediaType(accept)).toThrow(NotAcceptable);
    expect(() => chooseMediaType(accept)).toThrow(NotAcceptable);
  });
});
