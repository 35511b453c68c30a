import { expect, test } from '@jest/globals';
import { type Page, type PageArguments, readPage, toConnection } from './connection.ts';
import { newId } from './ids.ts';

/** A list as a store keeps it, newest first. */
const list = Array.from({ length: 7 }, () => ({ id: newId() })).sort((a, b) => (a.id < b.id ? 1 : -1));

/** Reads a page the way a store does with SQL. */
function read({ olderThan, newerThan, backwards, take }: Page) {
  const matching = list.filter(({ id }) => (!olderThan || id < olderThan) && (!newerThan || id > newerThan));
  return (backwards ? matching.toReversed() : matching).slice(0, take);
}

function query(args: PageArguments) {
  const page = readPage(args);
  return toConnection(read(page), page);
}

test('walking forwards meets every row once, newest first', () => {
  const seen: string[] = [];
  for (let after: string | null = null; ; ) {
    const { edges, pageInfo } = query({ first: 3, after });
    seen.push(...edges.map(({ node }) => node.id));
    if (!pageInfo.hasNextPage) break;
    after = pageInfo.endCursor;
  }
  expect(seen).toEqual(list.map(({ id }) => id));
});

test('walking backwards gives the same rows in the same order', () => {
  const seen: string[] = [];
  for (let before: string | null = null; ; ) {
    const { edges, pageInfo } = query({ last: 3, before });
    seen.unshift(...edges.map(({ node }) => node.id));
    if (!pageInfo.hasPreviousPage) break;
    before = pageInfo.startCursor;
  }
  expect(seen).toEqual(list.map(({ id }) => id));
});

test('an empty page has no cursors', () => {
  const page = readPage({ first: 3 });
  expect(toConnection([], page)).toEqual({
    edges: [],
    pageInfo: { hasNextPage: false, hasPreviousPage: false, startCursor: null, endCursor: null },
  });
});

test.each([
  [{ first: 0 }],
  [{ first: 101 }],
  [{ last: -1 }],
  [{ first: 1, last: 1 }],
  [{ first: 1, after: 'nonsense' }],
  [{ first: 1, after: '' }],
  [{ last: 1, before: Buffer.from('1:no-id').toString('base64url') }],
])('%j is refused with what to do', (args) => {
  expect(() => readPage(args)).toThrow(expect.objectContaining({ code: 'BAD_USER_INPUT' }));
});
