import { createHash } from 'node:crypto';
import { PublicError } from '@atrium/service-kit';
import type { FileUpload } from 'graphql-upload-ts';
import type { ReceivedFile, ReceiveFile } from '../domain/ports.ts';
import { tooLarge } from '../domain/user-error.ts';

/** Receives a file of a multipart request, which the parser writes to a temporary file and removes with the reply. */
export function receiveSentFile(upload: Promise<unknown>): ReceiveFile {
  return async (maxBytes) => {
    try {
      return await receive((await upload) as FileUpload, maxBytes);
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

async function receive(file: FileUpload, maxBytes: number): Promise<ReceivedFile> {
  const hash = createHash('sha256');
  let sizeBytes = 0;
  for await (const chunk of chunksOf(file)) {
    sizeBytes += chunk.length;
    if (sizeBytes > maxBytes) throw tooLarge(maxBytes);
    hash.update(chunk);
  }
  return {
    sha256: hash.digest('hex'),
    sizeBytes,
    async read() {
      const bytes = Buffer.allocUnsafe(sizeBytes);
      let at = 0;
      for await (const chunk of chunksOf(file)) at += chunk.copy(bytes, at);
      if (at !== sizeBytes) throw new Error('a temporary file ended early');
      return bytes;
    },
    discard: async () => {},
  };
}

const chunksOf = (file: FileUpload) => file.createReadStream() as AsyncIterable<Buffer>;
