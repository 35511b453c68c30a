import type { IncomingMessage, ServerResponse } from 'node:http';
import { PublicError } from '@atrium/service-kit';
import { processRequest } from 'graphql-upload-ts';

/** How much an upload may hold. */
export interface UploadLimits {
  maxFileBytes: number;
  maxFiles: number;
  /** The longest `operations` or `map`. */
  maxFieldBytes: number;
}

/** Image judges a file to the byte and explains itself; what is cut off here is beyond doubt. */
const slackBytes = 64 * 1024;

/**
 * Reads the beginning of a multipart request and answers its operation, whose variables hold an `Upload` for each
 * file. The files themselves go through a temporary file on their way, so that a slow client does not hold a subgraph
 * and the order of use does not matter; graphql-upload-ts removes it when the response is closed, however that ends.
 */
export async function receiveUpload(
  request: IncomingMessage,
  response: ServerResponse,
  limits: UploadLimits,
): Promise<unknown> {
  const { maxFileBytes, maxFiles, maxFieldBytes } = limits;
  const declared = Number(request.headers['content-length'] ?? 0);
  if (declared > maxFiles * (maxFileBytes + slackBytes) + 2 * maxFieldBytes) throw tooLarge();
  try {
    return await processRequest<unknown>(request as Parameters<typeof processRequest>[0], response, {
      maxFileSize: maxFileBytes + slackBytes,
      maxFiles,
      maxFieldSize: maxFieldBytes,
    });
  } catch (error) {
    throw toUploadFault(error);
  }
}

/** What graphql-upload-ts throws about a request or a file, in words that name neither. */
export function toUploadFault(error: unknown): PublicError {
  if (error instanceof PublicError) return error;
  const status = (error as { status?: number } | null)?.status;
  if (status === 413) return tooLarge();
  return new PublicError(
    'BAD_REQUEST',
    'The multipart request cannot be read. Send operations, map and the files that it names, in this order.',
    { cause: error },
  );
}

function tooLarge(): PublicError {
  return new PublicError('PAYLOAD_TOO_LARGE', 'The upload is too large. Send fewer or smaller files.');
}
