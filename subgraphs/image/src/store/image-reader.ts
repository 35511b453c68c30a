import type { Page } from '@atrium/service-kit';
import DataLoader from 'dataloader';
import type { Image } from '../domain/image.ts';
import type { ImageReader } from '../domain/ports.ts';
import type { Database } from './database.ts';
import { type ImageRow, toImage } from './image-row.ts';

/** The reads of one request, each kind gathered into one query. */
export function createImageReader(database: Database): ImageReader {
  const images = new DataLoader<string, Image | null>((ids) => findImagesByIds(database, ids));
  const avatars = new DataLoader<string, Image | null>((userIds) => findAvatarsByUserIds(database, userIds));
  const counts = new DataLoader<string, number>((userIds) => countImagesByUserIds(database, userIds));
  // One list is asked for with the same arguments for every user, so there is one loader for each set of arguments.
  const pages = new Map<string, DataLoader<string, Image[]>>();

  return {
    imageById: (id) => images.load(id),
    avatarOf: (userId) => avatars.load(userId),
    countOf: (userId) => counts.load(userId),
    imagesOf(userId, page) {
      const arguments_ = `${page.take} ${page.olderThan}`;
      const known = pages.get(arguments_);
      const loader = known ?? new DataLoader((userIds) => findImagesByUserIds(database, userIds, page));
      pages.set(arguments_, loader);
      return loader.load(userId);
    },
    refresh() {
      for (const loader of [images, avatars, counts]) loader.clearAll();
      pages.clear();
    },
  };
}

async function findImagesByIds(database: Database, ids: readonly string[]): Promise<(Image | null)[]> {
  const rows = await database.image.findMany({ where: { id: { in: [...ids] } } });
  const byId = new Map(rows.map((row) => [row.id, row]));
  return ids.map((id) => byId.get(id) ?? null);
}

async function findAvatarsByUserIds(database: Database, userIds: readonly string[]): Promise<(Image | null)[]> {
  const rows = await database.$queryRaw<ImageRow[]>`
    SELECT images.* FROM avatars JOIN images ON images.id = avatars.image_id
    WHERE avatars.user_id = ANY(${[...userIds]}::uuid[])`;
  const byUserId = new Map(rows.map((row) => [row.owner_id, toImage(row)]));
  return userIds.map((userId) => byUserId.get(userId) ?? null);
}

async function findImagesByUserIds(database: Database, userIds: readonly string[], page: Page): Promise<Image[][]> {
  // Each user's page is a short walk along the index on (owner_id, id DESC), however many images they have.
  const rows = await database.$queryRaw<ImageRow[]>`
    SELECT page.* FROM unnest(${[...userIds]}::uuid[]) AS owner (id)
    CROSS JOIN LATERAL (
      SELECT * FROM images
      WHERE owner_id = owner.id AND (${page.olderThan ?? null}::uuid IS NULL OR id < ${page.olderThan ?? null}::uuid)
      ORDER BY id DESC LIMIT ${page.take}
    ) AS page
    ORDER BY page.id DESC`;
  const byUserId = Map.groupBy(rows.map(toImage), ({ ownerId }) => ownerId);
  return userIds.map((userId) => byUserId.get(userId) ?? []);
}

async function countImagesByUserIds(database: Database, userIds: readonly string[]): Promise<number[]> {
  const groups = await database.image.groupBy({
    by: ['ownerId'],
    where: { ownerId: { in: [...userIds] } },
    _count: true,
  });
  const byUserId = new Map(groups.map(({ ownerId, _count }) => [ownerId, _count]));
  return userIds.map((userId) => byUserId.get(userId) ?? 0);
}
