import { PublicError } from './errors.ts';
import { isId } from './ids.ts';

/** The paging arguments of the Relay cursor specification. */
export interface PageArguments {
  first?: number | null | undefined;
  after?: string | null | undefined;
  last?: number | null | undefined;
  before?: string | null | undefined;
}

/** A page of a list that is ordered by id, newest first; ids are UUIDv7 and so sort by time. */
export interface Page {
  /** How many rows to read: one more than the page holds, to learn whether there are more. */
  readonly take: number;
  readonly size: number;
  /** Only rows older than this id. */
  readonly olderThan: string | undefined;
  /** Only rows newer than this id. */
  readonly newerThan: string | undefined;
  /** Read from the list's end, oldest first, and turn the rows round. */
  readonly backwards: boolean;
}

/** A connection as the schema has it; `node` and `cursor` stand in each edge. */
export interface Connection<Node> {
  edges: { node: Node; cursor: string }[];
  pageInfo: { hasNextPage: boolean; hasPreviousPage: boolean; startCursor: string | null; endCursor: string | null };
}

const defaultSize = 20;
const maxSize = 100;

/** Judges paging arguments; throws BAD_USER_INPUT with what to do. */
export function readPage(args: PageArguments): Page {
  const { first, last } = args;
  if (first != null && last != null) throw badInput('Give first or last, not both.');
  for (const [name, value] of Object.entries({ first, last })) {
    if (value != null && (value < 1 || value > maxSize)) throw badInput(`${name} must be from 1 to ${maxSize}.`);
  }
  const size = first ?? last ?? defaultSize;
  return {
    size,
    take: size + 1,
    olderThan: decodeCursor('after', args.after),
    newerThan: decodeCursor('before', args.before),
    backwards: last != null,
  };
}

/** Makes a connection of the rows that were read for a page, in the order in which they were read. */
export function toConnection<Node extends { id: string }>(rows: Node[], page: Page): Connection<Node> {
  const more = rows.length > page.size;
  const kept = rows.slice(0, page.size);
  if (page.backwards) kept.reverse();
  const edges = kept.map((node) => ({ node, cursor: encodeCursor(node.id) }));
  return {
    edges,
    pageInfo: {
      hasNextPage: page.backwards ? page.newerThan !== undefined : more,
      hasPreviousPage: page.backwards ? more : page.olderThan !== undefined,
      startCursor: edges[0]?.cursor ?? null,
      endCursor: edges.at(-1)?.cursor ?? null,
    },
  };
}

function encodeCursor(id: string): string {
  return Buffer.from(`1:${id}`).toString('base64url');
}

function decodeCursor(name: string, cursor: string | null | undefined): string | undefined {
  if (cursor == null) return undefined;
  const [version, id = ''] = Buffer.from(cursor, 'base64url').toString('utf8').split(':');
  if (version !== '1' || !isId(id)) throw badInput(`${name} is not a cursor of this list. Use one from pageInfo.`);
  return id;
}

function badInput(message: string): PublicError {
  return new PublicError('BAD_USER_INPUT', message);
}
