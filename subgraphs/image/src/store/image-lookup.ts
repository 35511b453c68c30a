import { createBatcher } from '@atrium/service-kit/batcher';
import type { Image } from '../domain/image.ts';
import type { Database } from './database.ts';
import { type ImageRow, toImage } from './image-row.ts';

/** As many requests for bytes as one query answers, and as many as may wait for one. */
const batch = { maxSize: 500, concurrency: 2, maxWaiting: 10_000 };

/** Finds images by their ids; whoever asks while queries are under way shares the next one. */
export function createFindImage(database: Database): (id: string) => Promise<Image | null> {
  return createBatcher<string, Image | null>(async (ids) => {
    const rows = await database.$queryRaw<ImageRow[]>`SELECT * FROM images WHERE id = ANY(${ids}::uuid[])`;
    const byId = new Map(rows.map((row) => [row.id, toImage(row)]));
    return ids.map((id) => byId.get(id.toLowerCase()) ?? null);
  }, batch);
}
