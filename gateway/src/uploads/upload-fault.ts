import { PublicError } from '@atrium/service-kit';
import { LimitMet } from '../limits/limit-met.ts';

/** What is wrong with a multipart request or a file of it, in words that name neither. */
export function toUploadFault(error: unknown): PublicError {
  if (error instanceof PublicError) return error;
  const status = (error as { status?: number } | null)?.status;
  return status === 413 ? tooLarge() : malformed(error);
}

/** The error for a request that is no multipart request as the specification has it. */
export function malformed(cause?: unknown): PublicError {
  return new PublicError(
    'BAD_REQUEST',
    'The multipart request cannot be read. Send operations, map and the files that it names, in this order.',
    { cause },
  );
}

/** The error for what is more than may be sent. */
export function tooLarge(): LimitMet {
  return new LimitMet('body', 'The upload is too large. Send fewer or smaller files.', 'PAYLOAD_TOO_LARGE');
}
