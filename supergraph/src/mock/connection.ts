/** How a page is asked for. */
export interface PageArguments {
  first?: number | null;
  after?: string | null;
  last?: number | null;
  before?: string | null;
}

/** A page of a list whose items are known by their places in it. */
export interface Page {
  places: number[];
  hasNextPage: boolean;
  hasPreviousPage: boolean;
}

/** How long a page is that was asked for without a size, as the graph's own are. */
const usualSize = 20;

/** The page of a list of `total` items; a cursor that is none of this list begins at its start or end. */
export function pageOf(total: number, { first, after, last, before }: PageArguments): Page {
  let from = Math.max(0, (placeOf(after) ?? -1) + 1);
  let to = Math.min(total, placeOf(before) ?? total);
  if (typeof last === 'number' && typeof first !== 'number') from = Math.max(from, to - Math.max(0, last));
  else to = Math.min(to, from + Math.max(0, first ?? usualSize));
  const places = Array.from({ length: Math.max(0, to - from) }, (_, index) => from + index);
  return { places, hasNextPage: to < total, hasPreviousPage: from > 0 && total > 0 };
}

/** The cursor of a place. */
export function cursorOf(place: number): string {
  return Buffer.from(`mock:${place}`).toString('base64url');
}

function placeOf(cursor: string | null | undefined): number | undefined {
  const place = /^mock:(\d+)$/.exec(Buffer.from(cursor ?? '', 'base64url').toString())?.[1];
  return place === undefined ? undefined : Number(place);
}
