import { LimitMet } from './limit-met.ts';

/** The memory that all bodies together may take, from their first byte until their request is answered. */
export interface BodyBudget {
  /** Takes so many bytes, or rejects with OVERLOADED where they are not there. */
  take(bytes: number): void;
  give(bytes: number): void;
  /** Bytes taken at the moment. */
  readonly takenBytes: number;
}

/** A budget of so many bytes. */
export function createBodyBudget(maxBytes: number): BodyBudget {
  let takenBytes = 0;
  return {
    take(bytes) {
      if (takenBytes + bytes > maxBytes) {
        throw new LimitMet('bodies', 'Too much is being sent at once. Try again.', 'OVERLOADED', {
          retryAfterMs: 1_000,
        });
      }
      takenBytes += bytes;
    },
    give(bytes) {
      takenBytes -= bytes;
    },
    get takenBytes() {
      return takenBytes;
    },
  };
}
