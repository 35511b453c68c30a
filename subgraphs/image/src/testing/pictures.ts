import sharp, { type Sharp } from 'sharp';

/** What must never be found in stored bytes: the marks of metadata, and what this picture's metadata says. */
export const secretMarks: (string | Buffer)[] = [
  ...['Exif', 'adobe:ns:meta', 'Photoshop 3.0', 'Secret Cam', 'Pune', 'a comment', 'hidden behind'],
  // 18 degrees, 31 minutes, 13 seconds, as EXIF writes them.
  Buffer.from(new Uint32Array([18, 1, 31, 1, 13, 1]).buffer),
];

/** A photograph-like picture: noise, so that it compresses as badly as the real thing. */
export function noise(width = 320, height = 240): Sharp {
  const background = { r: 120, g: 90, b: 60 };
  return sharp({
    create: { width, height, channels: 3, background, noise: { type: 'gaussian', mean: 120, sigma: 30 } },
  });
}

/** A JPEG as a phone takes it: lying on its side (orientation 6), with a place in EXIF, and XMP, IPTC and a comment. */
export async function photographWithMetadata(): Promise<Buffer> {
  const jpeg = await noise()
    .jpeg()
    .withMetadata({ orientation: 6 })
    .withExifMerge({
      IFD0: { Make: 'Secret Cam', ImageDescription: 'Pune' },
      IFD3: {
        GPSLatitudeRef: 'N',
        GPSLatitude: '18/1 31/1 13/1',
        GPSLongitudeRef: 'E',
        GPSLongitude: '73/1 51/1 24/1',
      },
    })
    .withXmp('<x:xmpmeta xmlns:x="adobe:ns:meta/"><place>Pune</place></x:xmpmeta>')
    .toBuffer();
  const iptc = segment(0xed, 'Photoshop 3.0\0 8BIM Pune');
  const comment = segment(0xfe, 'a comment');
  return Buffer.concat([
    jpeg.subarray(0, 2),
    iptc,
    comment,
    jpeg.subarray(2),
    Buffer.from('hidden behind the picture'),
  ]);
}

function segment(marker: number, text: string): Buffer {
  const body = Buffer.from(text, 'latin1');
  const length = Buffer.alloc(2);
  length.writeUInt16BE(body.length + 2);
  return Buffer.concat([Buffer.from([0xff, marker]), length, body]);
}

/** A PNG of a few bytes whose header declares 30,000 by 30,000 pixels. */
export async function bombPng(): Promise<Buffer> {
  const png = await sharp({ create: { width: 8, height: 8, channels: 3, background: 'red' } })
    .png()
    .toBuffer();
  const header = Buffer.from(png.subarray(12, 29));
  header.writeUInt32BE(30_000, 4);
  header.writeUInt32BE(30_000, 8);
  const { crc32 } = await import('node:zlib');
  const checksum = Buffer.alloc(4);
  checksum.writeUInt32BE(crc32(header));
  return Buffer.concat([png.subarray(0, 12), header, checksum, png.subarray(33)]);
}

/** A GIF of so many frames. */
export async function animatedGif(frames: number): Promise<Buffer> {
  const stills = Array.from({ length: frames }, (_, index) => {
    const background = { r: (index * 7) % 256, g: (index * 13) % 256, b: 40 };
    return sharp({ create: { width: 4, height: 4, channels: 3, background } })
      .png()
      .toBuffer();
  });
  return sharp(await Promise.all(stills), { join: { animated: true } })
    .gif()
    .toBuffer();
}
