import sharp from 'sharp';

/** A size of photographs that is measured. */
export interface PhotographSize {
  name: string;
  width: number;
  height: number;
  bytes: number;
}

export const photographSizes: readonly PhotographSize[] = [
  { name: '1 MB', width: 2_000, height: 1_500, bytes: 1_000_000 },
  { name: '5 MB', width: 4_000, height: 3_000, bytes: 5_000_000 },
];

/** Photographs that differ, of much the same size in bytes: smooth shapes, details and grain. */
export async function makePhotographs(size: PhotographSize, count: number): Promise<Buffer[]> {
  const photographs: Buffer[] = [];
  for (let each = 0; each < count; each++) photographs.push(await makePhotograph(size));
  return photographs;
}

async function makePhotograph({ width, height, bytes }: PhotographSize): Promise<Buffer> {
  const shapes = await sharp(await noise(width / 100, height / 100, 50))
    .resize(width, height, { kernel: 'cubic' })
    .toBuffer();
  const details = await sharp(await noise(width / 5, height / 5, 25))
    .resize(width, height, { kernel: 'cubic' })
    .toBuffer();
  const grain = await noise(width, height, 8);
  const picture = await sharp(shapes)
    .composite([
      { input: details, blend: 'overlay' },
      { input: grain, blend: 'overlay' },
    ])
    .removeAlpha()
    .png({ compressionLevel: 1 })
    .toBuffer();
  // The quality at which the bytes come next to what is wanted.
  let best = Buffer.alloc(0);
  for (let [low, high] = [40, 100]; low < high; ) {
    const quality = Math.ceil((low + high) / 2);
    const jpeg = await sharp(picture).jpeg({ quality }).toBuffer();
    if (Math.abs(jpeg.length - bytes) < Math.abs(best.length - bytes)) best = jpeg;
    if (jpeg.length > bytes) high = quality - 1;
    else low = quality;
  }
  return best;
}

function noise(width: number, height: number, sigma: number): Promise<Buffer> {
  const background = { r: 128, g: 120, b: 110 };
  return sharp({ create: { width, height, channels: 3, background, noise: { type: 'gaussian', mean: 128, sigma } } })
    .png({ compressionLevel: 1 })
    .toBuffer();
}
