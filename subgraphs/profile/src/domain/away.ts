import { PublicError } from '@atrium/service-kit';

/** Whether an error says that a sister is away or slow, so that what can wait is put off. */
export function isAway(error: unknown): boolean {
  return error instanceof PublicError && (error.code === 'UNAVAILABLE' || error.code === 'TIMEOUT');
}
