import type { IncomingMessage, ServerResponse } from 'node:http';
import { closeAfterWrites } from '@atrium/service-kit/close-after-writes';
import { processRequest, WriteStream } from 'graphql-upload-ts';
import { guardForm } from './guard-form.ts';
import { tooLarge, toUploadFault } from './upload-fault.ts';

closeAfterWrites(WriteStream);

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
 * Reads the beginning of a multipart request (https://github.com/jaydenseric/graphql-multipart-request-spec) and answers
 * its operation, whose variables hold an `Upload` for each file. The files themselves go through a temporary file on
 * their way, so that a slow client does not hold a subgraph and the order of use does not matter. They are removed when
 * the response is closed, however that ends. Rejects with BAD_REQUEST or PAYLOAD_TOO_LARGE; the rest of the request is
 * then read and dropped until the connection ends.
 */
export async function receiveUpload(
  request: IncomingMessage,
  response: ServerResponse,
  limits: UploadLimits,
): Promise<unknown> {
  const { maxFileBytes, maxFiles, maxFieldBytes } = limits;
  const maxFileSize = maxFileBytes + slackBytes;
  const maxBytes = maxFiles * maxFileSize + 2 * maxFieldBytes + slackBytes;
  if (Number(request.headers['content-length'] ?? 0) > maxBytes) throw tooLarge();
  try {
    const form = guardForm(request, response, maxBytes);
    return await processRequest<unknown>(form, response, { maxFileSize, maxFiles, maxFieldSize: maxFieldBytes });
  } catch (error) {
    throw toUploadFault(error);
  }
}
