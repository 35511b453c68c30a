import { createHash } from 'node:crypto';
import type { ReceivedFile } from './ports.ts';
import { PictureRefusal, tooLarge } from './user-error.ts';

const dataUri = /^data:[^,]{0,200},/i;

/** The bytes of base64 text as a received file, in memory like the text itself. */
export function receiveBase64(text: string, maxBytes: number): ReceivedFile {
  const bytes = readBase64(text, maxBytes);
  return {
    sha256: createHash('sha256').update(bytes).digest('hex'),
    sizeBytes: bytes.length,
    read: async () => bytes,
    discard: async () => {},
  };
}

/** The bytes of base64 text, plain or as a `data:` URI; line breaks are skipped, and both alphabets are known. */
function readBase64(text: string, maxBytes: number): Buffer {
  const head = dataUri.exec(text)?.[0] ?? '';
  if (head && !/;base64,$/i.test(head)) throw notBase64();
  const body = text
    .slice(head.length)
    .replace(/\s+/g, '')
    .replace(/={1,2}$/, '');
  if (body === '') throw new PictureRefusal('REQUIRED', 'The picture is empty. Send one that has bytes.');
  const sizeBytes = Math.floor((body.length * 3) / 4);
  if (sizeBytes > maxBytes) throw tooLarge(maxBytes);
  // Node's decoder skips what it does not know, so what is no base64 shows by its length.
  const bytes = Buffer.from(body, 'base64');
  if (bytes.length !== sizeBytes || body.length % 4 === 1) throw notBase64();
  return bytes;
}

function notBase64(): PictureRefusal {
  return new PictureRefusal('INVALID_FORMAT', 'This is no base64. Send the bytes in base64, plain or as a data: URI.');
}
