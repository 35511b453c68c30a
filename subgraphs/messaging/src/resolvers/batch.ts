import { PublicError } from '@atrium/service-kit';

const maxSize = 1_000;

/** The items of a batch, if they are not too many for one request. */
export function boundBatch<Item>(items: readonly Item[]): readonly Item[] {
  if (items.length > maxSize) throw new PublicError('BAD_USER_INPUT', `Send at most ${maxSize} inputs at once.`);
  return items;
}
