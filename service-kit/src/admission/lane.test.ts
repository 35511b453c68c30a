import { describe, expect, test } from '@jest/globals';
import { seeded } from '../testing/seeded.ts';
import { waitUntil } from '../testing/wait-until.ts';
import { Lane, type LaneLimits } from './lane.ts';
import type { DropReason, Place, Visitor } from './place.ts';

const roomy: LaneLimits = { running: 1_000, runningOfCaller: 1_000, waiting: 1_000 };

/** A visitor that notes what happens to it. */
class Noting implements Visitor {
  readonly caller: string;
  readonly deadline: number;
  place: Place | undefined;
  begun = 0;
  refusals: { reason: DropReason; retryAfterMs: number }[] = [];
  waitedMs = Number.NaN;
  onBegin: (visitor: Noting) => void = () => {};

  constructor(caller: string, deadline = Number.POSITIVE_INFINITY) {
    this.caller = caller;
    this.deadline = deadline;
  }

  begin(place: Place, waitedMs: number): void {
    this.place = place;
    this.begun++;
    this.waitedMs = waitedMs;
    this.onBegin(this);
  }

  refuse(reason: Exclude<DropReason, 'gone'>, retryAfterMs: number): void {
    this.refusals.push({ reason, retryAfterMs });
  }
}

function enter(lane: Lane, caller: string, deadline?: number): Noting {
  const visitor = new Noting(caller, deadline);
  visitor.place = lane.enter(visitor);
  return visitor;
}

const enterMany = (lane: Lane, caller: string, count: number) =>
  Array.from({ length: count }, () => enter(lane, caller));
const leave = (lane: Lane, { place }: Noting) => lane.leave(place as Place);
const past = () => performance.now() - 1;

describe('a lane', () => {
  test('lets in at once while there is room, and the next one when one leaves', () => {
    const lane = new Lane({ ...roomy, running: 2 });
    const [first, second, third] = enterMany(lane, 'a', 3) as [Noting, Noting, Noting];
    expect([first.begun, second.begun, third.begun]).toEqual([1, 1, 0]);
    expect(first.waitedMs).toBe(0);
    leave(lane, second);
    expect(third.begun).toBe(1);
    expect({ running: lane.running, waiting: lane.waiting }).toEqual({ running: 2, waiting: 0 });
  });

  test('lets one caller have no more than its share, though there is room', () => {
    const lane = new Lane({ ...roomy, running: 4, runningOfCaller: 3 });
    const flood = enterMany(lane, 'flood', 10);
    expect(flood.map(({ begun }) => begun)).toEqual([1, 1, 1, ...Array(7).fill(0)]);
    expect(enter(lane, 'other').begun).toBe(1);
    leave(lane, flood[0] as Noting);
    expect(flood.map(({ begun }) => begun)).toEqual([1, 1, 1, 1, ...Array(6).fill(0)]);
  });

  test('lets the single request of another in after one of the flood at most', () => {
    const lane = new Lane({ ...roomy, running: 1 });
    const flood = enterMany(lane, 'flood', 500);
    const single = enter(lane, 'other');
    leave(lane, flood[0] as Noting);
    leave(lane, flood[1] as Noting);
    expect(single.begun).toBe(1);
    expect(flood.filter(({ begun }) => begun > 0)).toHaveLength(2);
  });

  test('keeps the order of one caller', () => {
    const lane = new Lane({ ...roomy, running: 1 });
    const order: number[] = [];
    const visitors = Array.from({ length: 20 }, (_, index) => {
      const visitor = new Noting('a');
      visitor.onBegin = () => order.push(index);
      visitor.place = lane.enter(visitor);
      return visitor;
    });
    for (const visitor of visitors) leave(lane, visitor);
    expect(order).toEqual(visitors.map((_, index) => index));
  });

  test('drops what nobody waits for any more without running it, and gives its turn to the next', () => {
    const lane = new Lane({ ...roomy, running: 1 });
    const first = enter(lane, 'a');
    const late = enter(lane, 'a', performance.now() + 20);
    const gone = enter(lane, 'b');
    const last = enter(lane, 'a');
    leave(lane, gone);
    while (performance.now() <= late.deadline);
    leave(lane, first);
    expect([late.begun, gone.begun, last.begun]).toEqual([0, 0, 1]);
    expect(late.refusals).toMatchObject([{ reason: 'deadline' }]);
    expect(gone.refusals).toEqual([]);
    expect(lane.dropped).toEqual({ full: 0, deadline: 1, gone: 1 });
  });

  test('refuses at once what would wait longer than its caller does', () => {
    const lane = new Lane({ ...roomy, running: 1 });
    // By now it is known that work takes 2 ms or more.
    for (let turn = 0; turn < 100; turn++) {
      const visitor = enter(lane, 'a');
      const until = performance.now() + 2;
      while (performance.now() < until);
      leave(lane, visitor);
    }
    enterMany(lane, 'a', 100);
    expect(enter(lane, 'a', performance.now() + 100).refusals).toMatchObject([{ reason: 'deadline' }]);
    expect(enter(lane, 'a', performance.now() + 100_000).refusals).toEqual([]);
    expect(enter(lane, 'b', performance.now() + 100).refusals).toEqual([]);
  });

  test('does not take in what is too late already', () => {
    const lane = new Lane(roomy);
    expect(enter(lane, 'a', past())).toMatchObject({ begun: 0, refusals: [{ reason: 'deadline' }] });
    expect({ running: lane.running, callers: lane.callers }).toEqual({ running: 0, callers: 0 });
  });

  test('answers those whose time is over even where work hangs', async () => {
    const lane = new Lane({ ...roomy, running: 1 });
    enter(lane, 'a');
    const visitors = ['a', 'b'].map((caller) => enter(lane, caller, performance.now() + 200));
    await waitUntil(() => visitors.every(({ refusals }) => refusals.length === 1));
    expect({ running: lane.running, waiting: lane.waiting }).toEqual({ running: 1, waiting: 0 });
  });

  test('refuses at once where too many wait, and tells when to come back by how fast it drains', () => {
    const lane = new Lane({ running: 1, runningOfCaller: 1, waiting: 3 });
    const [first, ...waiting] = enterMany(lane, 'a', 4) as [Noting, ...Noting[]];
    const slow = enter(lane, 'a').refusals[0]?.retryAfterMs ?? 0;
    // The longer what runs has been running without an end, the later.
    const until = performance.now() + 120;
    while (performance.now() < until);
    const slower = enter(lane, 'a').refusals[0]?.retryAfterMs ?? 0;
    expect(slower).toBeGreaterThan(Math.max(slow, 3 * 100));
    expect(lane.dropped.full).toBe(2);
    leave(lane, first);
    expect(waiting[0]?.begun).toBe(1);
    expect(enter(lane, 'a').refusals).toEqual([]);
  });

  test('makes room for a short line by the newest of the longest', () => {
    const lane = new Lane({ running: 1, runningOfCaller: 1, waiting: 4 });
    enter(lane, 'flood');
    const flood = enterMany(lane, 'flood', 4);
    const single = enter(lane, 'other');
    expect(single.refusals).toEqual([]);
    expect(flood.map(({ refusals }) => refusals.length)).toEqual([0, 0, 0, 1]);
    // Of lines that are as long as each other, none gives way.
    enter(lane, 'other');
    expect(enter(lane, 'other').refusals).toHaveLength(1);
    expect(lane.waiting).toBe(4);
  });

  test('finds the longest line also where another was longer before', () => {
    const lane = new Lane({ running: 1, runningOfCaller: 1, waiting: 3 });
    const first = enterMany(lane, 'flood', 4);
    for (const visitor of first) leave(lane, visitor);
    enter(lane, 'a');
    enterMany(lane, 'a', 2);
    enter(lane, 'b');
    expect(enter(lane, 'c').refusals).toEqual([]);
  });

  test('tells those whom it refuses after a long rest nothing of the rest', async () => {
    const lane = new Lane({ running: 1, runningOfCaller: 1, waiting: 1 });
    leave(lane, enter(lane, 'a'));
    await new Promise((resolve) => setTimeout(resolve, 300));
    const [, , refused] = enterMany(lane, 'a', 3) as [Noting, Noting, Noting];
    expect(refused.refusals[0]?.retryAfterMs).toBeLessThan(300);
  });

  test('frees a place once, however often its visitor leaves', () => {
    const lane = new Lane({ ...roomy, running: 1 });
    const [first, second, third] = enterMany(lane, 'a', 3) as [Noting, Noting, Noting];
    leave(lane, first);
    leave(lane, first);
    expect([second.begun, third.begun, lane.running]).toEqual([1, 0, 1]);
  });

  test('serves work that ends as it begins, however long the line', () => {
    const lane = new Lane({ running: 1, runningOfCaller: 1, waiting: 50_000 });
    const first = enter(lane, 'a');
    const quick = Array.from({ length: 50_000 }, () => {
      const visitor = new Noting('a');
      visitor.onBegin = ({ place }) => lane.leave(place as Place);
      visitor.place = lane.enter(visitor);
      return visitor;
    });
    leave(lane, first);
    expect(quick.every(({ begun }) => begun === 1)).toBe(true);
    expect({ running: lane.running, waiting: lane.waiting, callers: lane.callers }).toEqual({
      running: 0,
      waiting: 0,
      callers: 0,
    });
  });
});

/** Draws whole numbers below a bound, the same for the same seed. */
function randomOf(seed: number): (below: number) => number {
  const next = seeded(seed);
  return (below) => Math.floor(next() * below);
}

describe('whatever arrives, in whatever order', () => {
  const seeds = Array.from({ length: 60 }, (_, index) => index + 1);

  test.each(seeds)(
    'nothing is lost or run twice, no bound is passed, nobody is overtaken too often (seed %i)',
    (seed) => {
      const random = randomOf(seed);
      const running = 1 + random(6);
      const limits: LaneLimits = { running, runningOfCaller: 1 + random(running), waiting: 1 + random(40) };
      const lane = new Lane(limits);
      const callers = 1 + random(6);
      const all: Noting[] = [];
      const atWork = new Set<Noting>();
      /** For each that waits: how many of its own were ahead of it, and how many of each other caller began since. */
      const watched = new Map<Noting, { ahead: number; overtakenBy: Map<string, number> }>();
      const worst: { overtaken: number; allowed: number }[] = [];

      function noteBegin(begun: Noting): void {
        atWork.add(begun);
        const watch = watched.get(begun);
        watched.delete(begun);
        if (watch) {
          for (const overtaken of watch.overtakenBy.values()) worst.push({ overtaken, allowed: watch.ahead + 1 });
        }
        for (const [other, { overtakenBy }] of watched) {
          if (other.caller === begun.caller) continue;
          // A caller with all of its share at work waits for itself, and for nobody else.
          const own = [...atWork].filter(({ caller }) => caller === other.caller).length;
          if (own < limits.runningOfCaller) overtakenBy.set(begun.caller, (overtakenBy.get(begun.caller) ?? 0) + 1);
        }
      }

      for (let step = 0; step < 400; step++) {
        const what = random(10);
        if (what < 6) {
          // The first caller sends more than all others.
          const visitor = new Noting(
            `caller ${random(2) === 0 ? 0 : random(callers)}`,
            random(15) === 0 ? past() : undefined,
          );
          visitor.onBegin = noteBegin;
          const ahead = [...watched.keys()].filter(({ caller }) => caller === visitor.caller).length;
          all.push(visitor);
          visitor.place = lane.enter(visitor);
          if (visitor.place.state === 'waiting') watched.set(visitor, { ahead, overtakenBy: new Map() });
        } else if (what < 9 && atWork.size > 0) {
          const leaving = [...atWork][random(atWork.size)] as Noting;
          atWork.delete(leaving);
          leave(lane, leaving);
        } else if (watched.size > 0) {
          const going = [...watched.keys()][random(watched.size)] as Noting;
          watched.delete(going);
          leave(lane, going);
        }
        for (const visitor of watched.keys()) if (visitor.refusals.length > 0) watched.delete(visitor);
        const byCaller = Map.groupBy(atWork, ({ caller }) => caller);
        expect(lane.running).toBe(atWork.size);
        expect(lane.waiting).toBe(watched.size);
        expect(atWork.size).toBeLessThanOrEqual(limits.running);
        expect(lane.waiting).toBeLessThanOrEqual(limits.waiting);
        for (const own of byCaller.values()) expect(own.length).toBeLessThanOrEqual(limits.runningOfCaller);
        // Room is never left while somebody could use it.
        if (lane.running < limits.running) {
          const stuck = [...watched.keys()].filter(
            ({ caller }) => (byCaller.get(caller)?.length ?? 0) < limits.runningOfCaller,
          );
          if (stuck.length > 0) throw new Error(`step ${step}: room is left, and ${stuck.length} wait`);
        }
      }
      for (; atWork.size > 0; ) {
        const leaving = atWork.values().next().value as Noting;
        atWork.delete(leaving);
        leave(lane, leaving);
      }
      expect(worst.filter(({ overtaken, allowed }) => overtaken > allowed)).toEqual([]);
      const { gone } = lane.dropped;
      const refused = all.filter(({ refusals }) => refusals.length === 1).length;
      expect(all.filter(({ begun, refusals }) => begun + refusals.length > 1)).toEqual([]);
      expect(all.filter(({ begun }) => begun === 1).length + refused + gone).toBe(all.length);
      expect({ running: lane.running, waiting: lane.waiting, callers: lane.callers }).toEqual({
        running: 0,
        waiting: 0,
        callers: 0,
      });
    },
  );
});
