import { PublicError } from '@atrium/service-kit';
import type { FileUpload } from 'graphql-upload-ts';
import type { ReadFile } from '../domain/ports.ts';
import { tooLarge } from '../domain/user-error.ts';

/** Reads a file of a multipart request, which lies in a temporary file of the parser's, as far as the limit allows. */
export function readSentFile(upload: Promise<unknown>): ReadFile {
  return async (maxBytes) => {
    try {
      return await readAtMost((await upload) as FileUpload, maxBytes);
    } catch (error) {
      // The parser stops at the limit by itself and then says so in HTTP's words.
      if ((error as { status?: number }).status === 413) throw tooLarge(maxBytes);
      if ((error as { status?: number }).status === undefined) throw error;
      throw new PublicError(
        'BAD_REQUEST',
        'The file of the multipart request is missing or incomplete. Send it again.',
        {
          cause: error,
        },
      );
    }
  };
}

async function readAtMost(file: FileUpload, maxBytes: number): Promise<Buffer> {
  const chunks: Buffer[] = [];
  let sizeBytes = 0;
  for await (const chunk of file.createReadStream() as AsyncIterable<Buffer>) {
    sizeBytes += chunk.length;
    if (sizeBytes > maxBytes) throw tooLarge(maxBytes);
    chunks.push(chunk);
  }
  return Buffer.concat(chunks);
}
