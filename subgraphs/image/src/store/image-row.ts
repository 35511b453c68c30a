import type { Image } from '../domain/image.ts';

/** A row of `images` as raw SQL gives it. */
export interface ImageRow {
  id: string;
  owner_id: string;
  width: number;
  height: number;
  content_type: string;
  size_bytes: number;
  sha256: string;
  thumbhash: string;
  alt: string | null;
  created_at: Date;
}

/** The image that a row holds. */
export function toImage(row: ImageRow): Image {
  return {
    id: row.id,
    ownerId: row.owner_id,
    width: row.width,
    height: row.height,
    contentType: row.content_type,
    sizeBytes: row.size_bytes,
    sha256: row.sha256,
    thumbhash: row.thumbhash,
    alt: row.alt,
    createdAt: row.created_at,
  };
}
