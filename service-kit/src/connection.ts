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

/** Which end of a list a page is read from, and how much of it. */
export type Slice = Pick<Page, 'take' | 'size' | 'backwards'>;

/** Judges `first` and `last`; throws BAD_USER_INPUT with what to do. */
export function readSlice({ first, last }: PageArguments): Slice {
  if (first != null && last != null) throw badInput('Give first or last, not both.');
  for (const [name, value] of Object.entries({ first, last })) {
    if (value != null && (value < 1 || value > maxSize)) throw badInput(`${name} must be from 1 to ${maxSize}.`);
  }
  const size = first ?? last ?? defaultSize;
  return { size, take: size + 1, backwards: last != null };
}

/** Judges paging arguments; throws BAD_USER_INPUT with what to do. */
export function readPage(args: PageArguments): Page {
  return {
    ...readSlice(args),
    olderThan: decodeCursor('after', args.after),
    newerThan: decodeCursor('before', args.before),
  };
}

/** Makes a connection of the rows that were read for a page, in the order in which they were read. */
export function toConnection<Node extends { id: string }>(rows: Node[], page: Page): Connection<Node> {
  const edges = rows.map((node) => ({ node, cursor: encodeCursor(node.id) }));
  return edgesToConnection(edges, page, { after: page.olderThan !== undefined, before: page.newerThan !== undefined });
}

/** The same of edges that know their cursors; `within` says which of `after` and `before` the client gave. */
export function edgesToConnection<Edge extends { cursor: string }>(
  read: Edge[],
  { size, backwards }: Slice,
  within: { after: boolean; before: boolean },
): { edges: Edge[]; pageInfo: Connection<unknown>['pageInfo'] } {
  const more = read.length > size;
  const edges = read.slice(0, size);
  if (backwards) edges.reverse();
  return {
    edges,
    pageInfo: {
      hasNextPage: backwards ? within.before : more,
      hasPreviousPage: backwards ? more : within.after,
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
