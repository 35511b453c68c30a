// sharp alone: makes one variant after the other, so many at once, from files that are read for each.
import { readFile } from 'node:fs/promises';
import sharp, { type Sharp } from 'sharp';
import { takeJobs } from '../../../src/load/load-process.ts';
import type { Wish } from '../wishes.ts';

/** Variants to make of these files, and how many at once. */
export interface SharpJob {
  files: readonly string[];
  wishes: readonly Wish[];
  atOnce: number;
}

// As Image has it.
sharp.concurrency(1);
sharp.cache(false);

/** Encodes with the settings of Image: subgraphs/image/src/domain/render-variant.ts. */
function encode(picture: Sharp, { format, quality }: Wish): Sharp {
  if (format === 'avif') return picture.avif({ quality: quality === 80 ? 50 : 44, effort: 1 });
  return format === 'webp' ? picture.webp({ quality, effort: 2 }) : picture.jpeg({ quality });
}

async function make(file: string, wish: Wish): Promise<number> {
  const picture = sharp(await readFile(file), { sequentialRead: true }).resize(wish.width, wish.height);
  return (await encode(picture, wish).toBuffer()).length;
}

takeJobs<SharpJob, number>(async ({ files, wishes, atOnce }) => {
  let next = 0;
  const work = async (): Promise<void> => {
    for (let at = next++; at < wishes.length; at = next++) {
      const wish = wishes[at] as Wish;
      await make(files[wish.picture] as string, wish);
    }
  };
  const beganAt = performance.now();
  await Promise.all(Array.from({ length: atOnce }, work));
  return (performance.now() - beganAt) / 1_000;
});
