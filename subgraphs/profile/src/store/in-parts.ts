import { isRolledBack } from './rolled-back.ts';

/**
 * Writes items as one; where PostgreSQL refuses them, in halves, in order, so that a bad one is found and fails alone.
 * Whatever else goes wrong is thrown: nobody knows then what was kept.
 */
export async function writeInParts<Item, Result>(
  items: readonly Item[],
  write: (items: readonly Item[]) => Promise<Result[]>,
): Promise<(Result | Error)[]> {
  try {
    return await write(items);
  } catch (error) {
    if (!isRolledBack(error)) throw error;
    if (items.length < 2) return items.map(() => error);
    const middle = items.length >> 1;
    const first = await writeInParts(items.slice(0, middle), write);
    return [...first, ...(await writeInParts(items.slice(middle), write))];
  }
}
