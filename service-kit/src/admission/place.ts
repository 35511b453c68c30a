import type { Line } from './line.ts';

/** Why a visitor was not let in: too many wait, its turn would come or came too late, or it went away. */
export type DropReason = 'full' | 'deadline' | 'gone';

/** Who wants to be let in, and what is to be done with them. Exactly one of the two is called, exactly once. */
export interface Visitor {
  /** Who the work is done for: what is fair is judged among these. */
  readonly caller: string;
  /** When nobody waits for the work any more, as `performance.now()` tells time. */
  readonly deadline: number;
  /** Its turn has come; `leave` must follow when its work is over, however it ends. */
  begin(place: Place, waitedMs: number): void;
  /** It is not let in. Of one that has gone by itself, nothing is told. */
  refuse(reason: Exclude<DropReason, 'gone'>, retryAfterMs: number): void;
}

/** The part of its time that is left to a visitor when waiting on is given up for it. */
const answeringShare = 0.1;

/** One visitor's place in a lane. */
export class Place {
  readonly visitor: Visitor;
  readonly line: Line;
  readonly arrivedAt: number;
  /** When it is told to come back later: a little before its caller has given up, who would take silence for illness. */
  readonly lateAt: number;
  state: 'waiting' | 'running' | 'over' = 'waiting';
  begunAt = 0;
  previous: Place | undefined;
  next: Place | undefined;

  constructor(visitor: Visitor, line: Line, arrivedAt: number) {
    this.visitor = visitor;
    this.line = line;
    this.arrivedAt = arrivedAt;
    this.lateAt = visitor.deadline - (visitor.deadline - arrivedAt) * answeringShare;
  }
}
