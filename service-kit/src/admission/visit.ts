import type { ServerResponse } from 'node:http';
import { PublicError } from '../errors.ts';
import type { Admission, LaneName } from './admission.ts';
import type { Lane } from './lane.ts';
import type { DropReason, Place, Visitor } from './place.ts';

/** One request on its way in: the bytes of its body, its place in a lane, and that both are given back once. */
export class Visit implements Visitor {
  readonly caller: string;
  readonly deadline: number;
  readonly #admission: Admission;
  #lane: Lane | undefined;
  #place: Place | undefined;
  #hasBegun = false;
  #bodyBytes = 0;
  #admitted: (error?: Error) => void = () => {};
  /** How long it waited for its turn; undefined while it does. */
  waitedMs: number | undefined;

  /** The response tells when the request is over, or its caller has gone. */
  constructor(admission: Admission, caller: string, deadline: number, response: ServerResponse) {
    this.#admission = admission;
    this.caller = caller;
    this.deadline = deadline;
    response.once('close', () => this.#close());
  }

  /** Takes room for the body. */
  takeBody(bytes: number): void {
    const { bodies } = this.#admission;
    if (!bodies.take(this.caller, bytes)) {
      throw overloaded('Too much is being sent at once.', this.#admission.retryAfterMs());
    }
    this.#bodyBytes += bytes;
  }

  /** Calls back when its turn has come, at once where there is room, or with the reason why it never will. */
  enter(lane: LaneName, admitted: (error?: Error) => void): void {
    this.#lane = this.#admission.lanes[lane];
    this.#admitted = admitted;
    this.#place = this.#lane.enter(this);
  }

  begin(place: Place, waitedMs: number): void {
    this.#place = place;
    this.waitedMs = waitedMs;
    this.#admitted();
  }

  refuse(reason: Exclude<DropReason, 'gone'>, retryAfterMs: number): void {
    // Neither has begun, so that even a change may be sent again safely; TIMEOUT would leave that open.
    const what = reason === 'full' ? 'is more than the service can take in' : 'would have waited too long';
    this.#admitted(overloaded(`This ${what}.`, retryAfterMs));
  }

  /** The work begins: from now on its end counts, not that of the connection. */
  workBegins(): void {
    this.#hasBegun = true;
  }

  /**
   * The work is over, however it ended. Its place is free in the next turn of the event loop: what is answered from memory
   * ends as it begins, and all of a flood of it would be worked on before anybody else's request is even read.
   */
  workEnds(): void {
    setImmediate(() => this.#leave());
  }

  #close(): void {
    if (this.#bodyBytes > 0) this.#admission.bodies.give(this.caller, this.#bodyBytes);
    this.#bodyBytes = 0;
    // A change whose caller has gone is finished all the same, and takes part of what can be done at once until it is.
    if (!this.#hasBegun) this.#leave();
  }

  #leave(): void {
    if (this.#place) this.#lane?.leave(this.#place);
  }
}

function overloaded(what: string, retryAfterMs: number): PublicError {
  return new PublicError('OVERLOADED', `${what} Try again after retryAfterMs.`, { retryAfterMs });
}
