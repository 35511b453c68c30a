import { crc32, deflateSync } from 'node:zlib';
import sharp, { type Sharp } from 'sharp';

/** A file of the corpus and what must become of it: taken in, or refused with one of these codes. */
export interface CorpusFile {
  readonly name: string;
  readonly bytes: Buffer;
  readonly refused?: readonly string[];
  /** Whether its bytes were changed at random, which makes noise of pictures. */
  readonly isDamaged?: boolean;
}

const tooMany = ['IMAGE_TOO_MANY_PIXELS'];
const noPicture = ['IMAGE_TYPE_NOT_ALLOWED'];
const corrupt = ['IMAGE_CORRUPT'];

/** What the metadata of this corpus says, and what must be found nowhere in what is stored. */
export const secrets = [
  'Exif',
  'adobe:ns:meta',
  'Secret Cam',
  'Pune',
  'PK\u0003\u0004',
  '<script',
  'Photoshop',
  'Lens',
];

const gps = {
  IFD0: { Make: 'Secret Cam', ImageDescription: 'Pune' },
  IFD3: { GPSLatitudeRef: 'N', GPSLatitude: '18/1 31/1 13/1', GPSLongitudeRef: 'E', GPSLongitude: '73/1 51/1 24/1' },
};
const xmp = '<x:xmpmeta xmlns:x="adobe:ns:meta/"><exif:GPSLatitude>18,31.2N</exif:GPSLatitude>Pune</x:xmpmeta>';
const script = Buffer.from('<html><script>alert(1)</script></html>');
/** The head of an archive of one empty file. */
const zip = Buffer.from('PK\u0003\u0004\u0014\u0000\u0000\u0000Pune.jar');

/** A picture with something to see in every part, so that a wrong turn, a shift and a wrong colour all show. */
function scene(width = 96, height = 64, hasAlpha = false): Sharp {
  const channels = hasAlpha ? 4 : 3;
  const pixels = Buffer.alloc(width * height * channels);
  for (let y = 0; y < height; y++) {
    for (let x = 0; x < width; x++) {
      const colour = [
        (x * 255) / width,
        (y * 255) / height,
        x < width / 3 && y < height / 3 ? 220 : 40,
        (x * 255) / width,
      ];
      pixels.set(colour.slice(0, channels), (y * width + x) * channels);
    }
  }
  return sharp(pixels, { raw: { width, height, channels } });
}

/** One file of each format, from which damaged ones are made. */
export async function onesOfEachFormat(): Promise<CorpusFile[]> {
  return named({
    jpeg: scene().jpeg({ quality: 92 }),
    png: scene().png(),
    webp: scene().webp({ quality: 92 }),
    gif: scene().gif(),
    avif: scene().avif({ quality: 80 }),
    tiff: scene().tiff({ compression: 'lzw' }),
  });
}

/** Every kind of picture that is taken in. */
export async function soundFiles(): Promise<CorpusFile[]> {
  const dots = { jpeg: scene(1, 1).jpeg(), png: scene(1, 1).png(), webp: scene(1, 1).webp(), gif: scene(1, 1).gif() };
  const files = await named({
    ...Object.fromEntries(Object.entries(dots).map(([name, dot]) => [`one dot as ${name}`, dot])),
    'one dot as avif': scene(1, 1).avif(),
    'one dot as tiff': scene(1, 1).tiff(),
    ...Object.fromEntries(
      Array.from({ length: 8 }, (_, i) => [
        `orientation ${i + 1}`,
        scene()
          .jpeg()
          .withMetadata({ orientation: i + 1 }),
      ]),
    ),
    'orientation 6 in webp': scene().webp().withMetadata({ orientation: 6 }),
    'orientation 8 in png': scene().png().withMetadata({ orientation: 8 }),
    'orientation 3 in tiff': scene().tiff().withMetadata({ orientation: 3 }),
    'progressive jpeg': scene().jpeg({ progressive: true }),
    'grey jpeg': scene().greyscale().jpeg(),
    'jpeg without subsampling': scene().jpeg({ chromaSubsampling: '4:4:4' }),
    'cmyk jpeg': scene().toColourspace('cmyk').jpeg(),
    'cmyk tiff': scene().toColourspace('cmyk').tiff(),
    'png of 16 bits': scene().toColourspace('rgb16').png(),
    'tiff of 16 bits': scene().toColourspace('rgb16').tiff(),
    'grey png of 16 bits': scene().greyscale().toColourspace('grey16').png(),
    'palette png': scene().png({ palette: true, colours: 16 }),
    'interlaced png': scene().png({ progressive: true }),
    'png with alpha': scene(96, 64, true).png(),
    'grey png with alpha': scene(96, 64, true).greyscale().png(),
    'webp with alpha': scene(96, 64, true).webp(),
    'lossless webp': scene().webp({ lossless: true }),
    'avif with alpha': scene(96, 64, true).avif(),
    'tiff with alpha': scene(96, 64, true).tiff(),
    'palette gif with alpha': scene(96, 64, true).gif(),
    'jpeg of 48 megapixels': scene().resize(12_000, 4_000, { fit: 'fill' }).jpeg(),
    'place in jpeg': scene().jpeg().withExif(gps).withXmp(xmp),
    'place in png': scene().png().withExif(gps).withXmp(xmp),
    'place in webp': scene().webp().withExif(gps).withXmp(xmp),
    'place in avif': scene().avif().withExif(gps).withXmp(xmp),
    'place in tiff': scene().tiff().withExif(gps).withXmp(xmp),
    'wide colours in jpeg': scene().withIccProfile('p3').jpeg(),
    'wide colours in png': scene().withIccProfile('p3').png(),
    'wide colours in webp': scene().withIccProfile('p3').webp(),
    'srgb profile': scene().withIccProfile('srgb').jpeg(),
    'profile for print': scene().toColourspace('cmyk').withIccProfile('cmyk').jpeg(),
  });
  const stills = await Promise.all([scene(), scene().negate(), scene().flip()].map((still) => still.png().toBuffer()));
  const moving = () => sharp(stills, { join: { animated: true } });
  const [jpeg, png] = [await scene().jpeg().toBuffer(), await scene().png().toBuffer()];
  return [
    ...files,
    ...(await named({ 'animated gif': moving().gif(), 'animated webp': moving().webp() })),
    {
      name: 'jpeg with comment, IPTC and more',
      bytes: withSegments(jpeg, [
        [0xfe, script],
        [0xed, iptc()],
        [0xe5, zip],
      ]),
    },
    { name: 'jpeg with a page behind it', bytes: Buffer.concat([jpeg, script]) },
    {
      name: 'jpeg with another behind it',
      bytes: Buffer.concat([jpeg, await scene().jpeg().withExif(gps).toBuffer()]),
    },
    { name: 'png with an archive behind it', bytes: Buffer.concat([png, zip]) },
    {
      name: 'png with an archive in a chunk',
      bytes: withChunks(png, [
        ['zTXt', zip],
        ['prVt', zip],
      ]),
    },
    { name: 'png with texts, time and a place', bytes: withChunks(png, pngTexts) },
    { name: 'webp with chunks of its own', bytes: withRiffChunk(await scene().webp().toBuffer(), 'Pune', script) },
    { name: 'gif with a comment', bytes: withGifComment(await scene().gif().toBuffer(), '<script>Pune') },
  ];
}

const pngTexts: [string, Buffer][] = [
  ['tEXt', Buffer.from('Comment\0Pune')],
  ['iTXt', Buffer.concat([Buffer.from('XML:com.adobe.xmp\0\0\0\0\0'), Buffer.from(xmp)])],
  ['tIME', Buffer.from([7, 234, 11, 24, 9, 30, 0])],
];

/** What is no picture, or pretends to be another, or claims too much. */
export async function hostileFiles(): Promise<CorpusFile[]> {
  const png = await scene().png().toBuffer();
  const jpeg = await scene().jpeg().toBuffer();
  const frames = await Promise.all(
    Array.from({ length: 201 }, (_, i) =>
      sharp({ create: { width: 4, height: 4, channels: 3, background: i % 2 ? `rgb(${i},0,255)` : `rgb(255,${i},0)` } })
        .png()
        .toBuffer(),
    ),
  );
  return [
    { name: 'nothing', bytes: Buffer.alloc(0), refused: ['REQUIRED'] },
    { name: 'zeros', bytes: Buffer.alloc(1_000), refused: noPicture },
    { name: 'a page as jpeg', bytes: script, refused: noPicture },
    { name: 'a drawing', bytes: Buffer.from('<svg xmlns="http://www.w3.org/2000/svg"/>'), refused: noPicture },
    { name: 'a drawing with a head', bytes: Buffer.from('<?xml version="1.0"?><svg width="9"/>'), refused: noPicture },
    { name: 'an archive', bytes: zip, refused: noPicture },
    { name: 'a PDF', bytes: Buffer.from('%PDF-1.7\n%âãÏÓ\n'), refused: noPicture },
    { name: 'a Windows bitmap', bytes: Buffer.from('BM\u0000\u0000'), refused: noPicture },
    { name: 'HEIC, for which this libvips has no decoder', bytes: heic(), refused: noPicture },
    { name: 'a page that begins as a gif', bytes: Buffer.concat([Buffer.from('GIF89a=1;'), script]), refused: corrupt },
    { name: 'a page that begins as a jpeg', bytes: Buffer.concat([jpeg.subarray(0, 4), script]), refused: corrupt },
    {
      name: 'a jpeg that begins as a png',
      bytes: Buffer.concat([png.subarray(0, 8), jpeg]),
      refused: [...corrupt, ...noPicture],
    },
    { name: 'a png whose chunk has a wrong checksum', bytes: withByte(png, 29, 0xff), refused: corrupt },
    {
      name: 'gif of 201 frames',
      bytes: await sharp(frames, { join: { animated: true } })
        .gif()
        .toBuffer(),
      refused: ['IMAGE_TOO_MANY_FRAMES'],
    },
    { name: 'png bomb', bytes: pngBomb(50_000), refused: tooMany },
    { name: 'jpeg bomb', bytes: jpegBomb(jpeg, 50_000), refused: tooMany },
    { name: 'gif bomb', bytes: gifBomb(50_000), refused: [...tooMany, ...corrupt] },
    { name: 'webp bomb', bytes: webpBomb(50_000), refused: [...tooMany, ...corrupt] },
    { name: 'tiff bomb', bytes: tiffBomb(50_000), refused: [...tooMany, ...corrupt] },
    { name: 'avif bomb', bytes: await avifBomb(50_000), refused: [...tooMany, ...corrupt] },
    { name: 'png that is one line and too wide', bytes: pngBomb(20_000, 1), refused: tooMany },
    {
      name: 'jpeg over 50 megapixels',
      bytes: await scene().resize(10_100, 5_000, { fit: 'fill' }).jpeg({ quality: 30 }).toBuffer(),
      refused: tooMany,
    },
  ];
}

/** A file cut off at `count` places, the first byte and the last among them. */
export function truncations({ name, bytes }: CorpusFile, count: number): CorpusFile[] {
  return Array.from({ length: count }, (_, i) => {
    const length = 1 + Math.floor(((bytes.length - 2) * i) / Math.max(1, count - 1));
    return { name: `${name} cut at ${length} of ${bytes.length}`, bytes: bytes.subarray(0, length), isDamaged: true };
  });
}

/** A file of which one bit of one byte is another. */
export function flipped({ name, bytes }: CorpusFile, random: () => number): CorpusFile {
  const place = Math.floor(random() * bytes.length);
  const bit = 1 << Math.floor(random() * 8);
  const changed = withByte(bytes, place, (bytes[place] ?? 0) ^ bit);
  return { name: `${name} with bit ${bit} of byte ${place} flipped`, bytes: changed, isDamaged: true };
}

/** The parts that a stored picture is made of, by their names, and how many bytes stand behind its end. */
export function partsOf(bytes: Buffer): { parts: string[]; behind: number } {
  if (bytes.toString('latin1', 1, 4) === 'PNG') return walkPng(bytes);
  if (bytes.toString('latin1', 0, 4) === 'RIFF') return walkWebp(bytes);
  return walkJpeg(bytes);
}

/** The parts that hold nothing but the picture; JFIF's head and PNG's pHYs say how large its pixels are. */
export const harmlessParts = new Set([
  ...['SOI', 'JFIF', 'DB', 'C0', 'C1', 'C2', 'C4', 'DA', 'DD', 'EOI'],
  ...['IHDR', 'PLTE', 'tRNS', 'IDAT', 'IEND', 'pHYs'],
  ...['VP8 ', 'VP8L', 'VP8X', 'ALPH'],
]);

function walkPng(bytes: Buffer): { parts: string[]; behind: number } {
  const parts: string[] = [];
  let at = 8;
  while (at < bytes.length && parts.at(-1) !== 'IEND') {
    parts.push(bytes.toString('latin1', at + 4, at + 8));
    at += 12 + bytes.readUInt32BE(at);
  }
  return { parts, behind: bytes.length - at };
}

function walkWebp(bytes: Buffer): { parts: string[]; behind: number } {
  const parts: string[] = [];
  const end = 8 + bytes.readUInt32LE(4);
  for (let at = 12; at < end; at += 8 + 2 * Math.ceil(bytes.readUInt32LE(at + 4) / 2)) {
    parts.push(bytes.toString('latin1', at, at + 4));
  }
  return { parts, behind: bytes.length - end };
}

function walkJpeg(bytes: Buffer): { parts: string[]; behind: number } {
  const parts = ['SOI'];
  let at = 2;
  while (at < bytes.length) {
    const marker = bytes[at + 1] ?? 0;
    if (marker === 0xd9) return { parts: [...parts, 'EOI'], behind: bytes.length - at - 2 };
    const isJfif = marker === 0xe0 && bytes.toString('latin1', at + 4, at + 8) === 'JFIF';
    parts.push(isJfif ? 'JFIF' : marker.toString(16).toUpperCase());
    at += 2 + bytes.readUInt16BE(at + 2);
    // Entropy-coded data follow a scan's head, up to the next marker that is no restart.
    if (marker === 0xda) while (bytes[at] !== 0xff || [0, ...restarts].includes(bytes[at + 1] ?? 0)) at++;
  }
  return { parts, behind: 0 };
}

const restarts = Array.from({ length: 8 }, (_, i) => 0xd0 + i);

async function named(pictures: Record<string, Sharp>): Promise<CorpusFile[]> {
  const made = Object.entries(pictures).map(async ([name, picture]) => ({ name, bytes: await picture.toBuffer() }));
  return Promise.all(made);
}

function withByte(bytes: Buffer, place: number, value: number): Buffer {
  const changed = Buffer.from(bytes);
  changed[place] = value;
  return changed;
}

function withSegments(jpeg: Buffer, segments: [marker: number, body: Buffer][]): Buffer {
  const written = segments.map(([marker, body]) =>
    Buffer.concat([Buffer.from([0xff, marker]), uint16(body.length + 2), body]),
  );
  return Buffer.concat([jpeg.subarray(0, 2), ...written, jpeg.subarray(2)]);
}

const iptc = (): Buffer =>
  Buffer.from('Photoshop 3.0\u00008BIM\u0004\u0004\u0000\u0000\u0000\u0000\u0000\u0004Pune', 'latin1');

function chunk(type: string, body: Buffer): Buffer {
  const named = Buffer.concat([Buffer.from(type, 'latin1'), body]);
  return Buffer.concat([uint32(body.length), named, uint32(crc32(named))]);
}

function withChunks(png: Buffer, chunks: [type: string, body: Buffer][]): Buffer {
  return Buffer.concat([png.subarray(0, 33), ...chunks.map(([type, body]) => chunk(type, body)), png.subarray(33)]);
}

function withRiffChunk(webp: Buffer, type: string, body: Buffer): Buffer {
  const padded = body.length % 2 ? Buffer.concat([body, Buffer.alloc(1)]) : body;
  const added = Buffer.concat([webp, Buffer.from(type, 'latin1'), uint32le(body.length), padded]);
  added.writeUInt32LE(added.length - 8, 4);
  return added;
}

function withGifComment(gif: Buffer, text: string): Buffer {
  const comment = Buffer.concat([Buffer.from([0x21, 0xfe, text.length]), Buffer.from(text), Buffer.alloc(1)]);
  return Buffer.concat([gif.subarray(0, -1), comment, gif.subarray(-1)]);
}

function pngBomb(width: number, height = width): Buffer {
  const header = Buffer.concat([uint32(width), uint32(height), Buffer.from([8, 2, 0, 0, 0])]);
  const signature = Buffer.from('89504e470d0a1a0a', 'hex');
  return Buffer.concat([
    signature,
    chunk('IHDR', header),
    chunk('IDAT', deflateSync(Buffer.alloc(1_000))),
    chunk('IEND', Buffer.alloc(0)),
  ]);
}

function jpegBomb(jpeg: Buffer, side: number): Buffer {
  const frame = jpeg.indexOf(Buffer.from([0xff, 0xc0]));
  return Buffer.concat([jpeg.subarray(0, frame + 5), uint16(side), uint16(side), jpeg.subarray(frame + 9)]);
}

function gifBomb(side: number): Buffer {
  const size = Buffer.alloc(4);
  size.writeUInt16LE(side, 0);
  size.writeUInt16LE(side, 2);
  const screen = Buffer.concat([Buffer.from('GIF89a'), size, Buffer.from([0x80, 0, 0, 0, 0, 0, 255, 255, 255])]);
  return Buffer.concat([screen, Buffer.from([0x2c, 0, 0, 0, 0]), size, Buffer.from([0, 2, 2, 0x44, 1, 0, 0x3b])]);
}

function webpBomb(side: number): Buffer {
  const canvas = Buffer.alloc(10);
  canvas.writeUIntLE(side - 1, 4, 3);
  canvas.writeUIntLE(side - 1, 7, 3);
  const body = Buffer.concat([Buffer.from('WEBPVP8X'), uint32le(10), canvas]);
  return Buffer.concat([Buffer.from('RIFF'), uint32le(body.length), body]);
}

function tiffBomb(side: number): Buffer {
  const entries: [tag: number, type: number, value: number][] = [
    [256, 4, side],
    [257, 4, side],
    [258, 3, 8],
    [259, 3, 1],
    [262, 3, 1],
    [273, 4, 8],
    [277, 3, 1],
    [278, 4, side],
    [279, 4, 1],
  ];
  const directory = entries.map(([tag, type, value]) =>
    Buffer.concat([uint16le(tag), uint16le(type), uint32le(1), uint32le(value)]),
  );
  return Buffer.concat([Buffer.from('II*\0'), uint32le(8), uint16le(entries.length), ...directory, uint32le(0)]);
}

async function avifBomb(side: number): Promise<Buffer> {
  const avif = await scene().avif().toBuffer();
  const size = avif.indexOf('ispe') + 8;
  return Buffer.concat([avif.subarray(0, size), uint32(side), uint32(side), avif.subarray(size + 8)]);
}

function heic(): Buffer {
  return Buffer.concat([uint32(24), Buffer.from('ftypheic\0\0\0\0mif1heic'), Buffer.alloc(100)]);
}

function uint16(value: number): Buffer {
  return Buffer.from([value >> 8, value & 255]);
}

function uint16le(value: number): Buffer {
  return uint16(value).reverse();
}

function uint32(value: number): Buffer {
  const bytes = Buffer.alloc(4);
  bytes.writeUInt32BE(value);
  return bytes;
}

function uint32le(value: number): Buffer {
  return uint32(value).reverse();
}
