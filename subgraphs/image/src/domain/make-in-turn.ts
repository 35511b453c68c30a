import { PublicError } from '@atrium/service-kit';
import { Lane, type LaneLimits } from '@atrium/service-kit/admission';

/** Runs a piece of work when its turn comes; rejects with OVERLOADED where that would be too late, or too many wait. */
export type MakeInTurn = <Result>(
  who: { caller: string; deadline: number },
  work: () => Promise<Result>,
) => Promise<Result>;

/** A bounded number at once, those of different callers in turn; each holds a picture in memory. */
export function createMakeInTurn(limits: LaneLimits): { lane: Lane; makeInTurn: MakeInTurn } {
  const lane = new Lane(limits);
  return {
    lane,
    makeInTurn: (who, work) =>
      new Promise((resolve, reject) => {
        lane.enter({
          ...who,
          begin(place) {
            work()
              .then(resolve, reject)
              .finally(() => lane.leave(place));
          },
          refuse(_reason, retryAfterMs) {
            const message = 'Too many pictures are being made at once. Try again after retryAfterMs.';
            reject(new PublicError('OVERLOADED', message, { retryAfterMs }));
          },
        });
      }),
  };
}
