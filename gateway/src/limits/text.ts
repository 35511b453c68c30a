import { Buffer } from 'node:buffer';
import { LimitMet } from './limit-met.ts';

/** No character of a text takes more bytes than this in UTF-8. */
const bytesPerUnit = 3;

/** Refuses a document whose text is longer than this, before it is parsed. */
export function limitText(text: string, { documentMaxBytes }: { documentMaxBytes: number }): LimitMet | undefined {
  if (text.length * bytesPerUnit <= documentMaxBytes) return undefined;
  if (Buffer.byteLength(text) <= documentMaxBytes) return undefined;
  return new LimitMet('text', 'The document is too long. Split it, or send values as variables.');
}
