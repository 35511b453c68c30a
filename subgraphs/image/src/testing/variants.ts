import { readdirSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { readSeries } from '../../../../service-kit/src/testing/prometheus.ts';
import { type RunningImage, uploadImage } from './running-image.ts';

/** A stored picture and the way to addresses of its variants. */
export interface StoredPicture {
  readonly id: string;
  readonly userId: string;
  readonly sha256: string;
  /** The bytes as they are stored. */
  readonly bytes: Buffer;
  /** Where the service itself serves a variant. */
  url(variant: object): Promise<string>;
}

/** Has a picture taken in for a user of its own. */
export async function store(image: RunningImage, picture: Buffer): Promise<StoredPicture> {
  const userId = image.newUser();
  const input = { userId, base64: picture.toString('base64') };
  const { data } = await image.query(uploadImage, { input });
  const { id, sha256, url } = data.uploadImage.image;
  return {
    id,
    userId,
    sha256,
    bytes: await bytesOf(await fetch(image.local(url))),
    async url(variant) {
      const answer = await image.query(variantUrl, { id, variant });
      return image.local(answer.data.image.url);
    },
  };
}

/** The query for a variant's address. */
export const variantUrl = 'query ($id: ID!, $variant: ImageVariant) { image(id: $id) { url(variant: $variant) } }';

/** The whole body of an answer. */
export async function bytesOf(response: Response): Promise<Buffer> {
  return Buffer.from(await response.arrayBuffer());
}

/** How many variants were made so far. */
export async function variantsMade(image: RunningImage): Promise<number> {
  const series = readSeries(await (await fetch(`${image.url}/metrics`)).text());
  return series.get('atrium_image_variants_made_total') ?? 0;
}

/** The files of the variants that are kept, and what they hold together. */
export function keptVariants(image: RunningImage): { files: string[]; bytes: number } {
  const root = join(image.folder, 'variants');
  const entries = readdirSync(root, { recursive: true, withFileTypes: true });
  const files = entries.filter((entry) => entry.isFile()).map(({ parentPath, name }) => join(parentPath, name));
  // One may go between the two.
  const sizes = files.map((file) => statSync(file, { throwIfNoEntry: false })?.size ?? 0);
  return { files, bytes: sizes.reduce((sum, size) => sum + size, 0) };
}
