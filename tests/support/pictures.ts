import { createHash } from 'node:crypto';
import sharp from 'sharp';

/** A photograph as a phone takes it: lying on its side, with the place, the time and the camera written into it. */
export async function photograph({ width = 640, height = 480, hue = 20 } = {}): Promise<Buffer> {
  const pixels = Buffer.alloc(width * height * 3);
  for (let y = 0; y < height; y++) {
    for (let x = 0; x < width; x++) {
      pixels.set([(x * 255) / width, (y * 255) / height, (hue + ((x ^ y) & 63)) & 255], (y * width + x) * 3);
    }
  }
  return sharp(pixels, { raw: { width, height, channels: 3 } })
    .jpeg({ quality: 90 })
    .withExif({
      IFD0: { Make: 'Atrium', Model: 'Test camera', Orientation: '6' },
      IFD2: { DateTimeOriginal: '2026:11:24 09:30:00' },
      IFD3: {
        GPSLatitudeRef: 'N',
        GPSLatitude: '18/1 31/1 13/1',
        GPSLongitudeRef: 'E',
        GPSLongitude: '73/1 51/1 24/1',
      },
    })
    .withMetadata({ orientation: 6 })
    .toBuffer();
}

/** SHA-256 in hexadecimal. */
export function sha256(bytes: Uint8Array): string {
  return createHash('sha256').update(bytes).digest('hex');
}

/** What a picture's bytes tell besides the picture. */
export async function metadataOf(bytes: Buffer) {
  const { exif, xmp, iptc, orientation, width, height, format } = await sharp(bytes).metadata();
  return { exif, xmp, iptc, orientation, width, height, format };
}
