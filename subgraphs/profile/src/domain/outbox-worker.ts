import { type Deliver, type Delivered, isJudgement, PublicError, ServiceUnavailable } from '@atrium/service-kit';
import { createAlarm } from './alarm.ts';
import type { LeasedRecord } from './outbox-record.ts';
import type { OutboxStore, PutBack } from './ports.ts';
import type { OutboxRecordType, Subscriptions } from './subscriptions.ts';

/** How the worker goes about it, in milliseconds. */
export interface OutboxSettings {
  /** How often it looks for what became due without anybody waking it. */
  readonly pollMs: number;
  /** The longest pause before a destination that does not answer, or fails by its own fault, is tried again. */
  readonly maxBackoffMs: number;
  /** The longest pause between two tries for a record that its destination finds fault with. */
  readonly maxRefusedBackoffMs: number;
  /** How often such a record is offered before it is laid aside. */
  readonly maxRefusals: number;
  /** How long a record is left alone by others while it is being delivered; longer than a delivery may take. */
  readonly leaseMs: number;
  /** How many records travel at once. */
  readonly batchSize: number;
}

/** What the operator is told of records that were not taken. */
export interface OutboxFault {
  readonly destination: string;
  readonly refused: number;
  readonly unanswered: number;
  /** How many will not be offered again. */
  readonly dead: number;
  readonly reason: unknown;
}

/** A worker that can be woken before its time. */
export interface OutboxWorker {
  /** Something of this type is due. A destination that is away is left at rest. */
  wake(type: OutboxRecordType): void;
  /** A destination answers again: what waits for it is offered at once. */
  wakeDestination(destination: string): void;
  /** Finishes the deliveries that were begun. */
  close(): Promise<void>;
}

const firstBackoffMs = 500;

/**
 * Delivers what the outbox holds: at least once; of each user in order; to each destination by a loop of its own, which
 * backs off alone, so that a dead one delays nobody else. While a destination is away, one record at a time asks whether
 * it is back; from then on batches grow again, each twice the one before.
 *
 * It is a table of our own and no queue library, because a record is written by the very statement that writes the user
 * and normally removed by the request that made it: to a queue that would be one single add, the dearest thing they do,
 * for a job that is almost never worked.
 */
export function startOutboxWorker(
  outbox: OutboxStore,
  destinations: ReadonlyMap<string, Deliver<LeasedRecord>>,
  subscriptions: Subscriptions,
  settings: OutboxSettings,
  onFault: (fault: OutboxFault) => void,
): OutboxWorker {
  const loops = new Map(
    [...destinations].map(([name, deliver]) => [name, startLoop(outbox, name, deliver, settings, onFault)]),
  );
  return {
    wake(type) {
      for (const name of subscriptions[type]) loops.get(name)?.wake();
    },
    wakeDestination: (name) => loops.get(name)?.wakeFromRest(),
    async close() {
      await Promise.all([...loops.values()].map((loop) => loop.close()));
    },
  };
}

function startLoop(
  outbox: OutboxStore,
  destination: string,
  deliver: Deliver<LeasedRecord>,
  settings: OutboxSettings,
  onFault: (fault: OutboxFault) => void,
) {
  const alarm = createAlarm();
  let closed = false;
  /** How many rounds in a row the destination has left records unanswered. */
  let failures = 0;
  let limit = settings.batchSize;

  async function work(): Promise<void> {
    while (!closed) {
      const offered = await round().catch((reason) => {
        // Our own database is in trouble: nothing is known of the destination.
        onFault({ destination, refused: 0, unanswered: 0, dead: 0, reason });
        return 0;
      });
      if (closed) return;
      if (failures > 0) await alarm.rest(backoffMs(failures, settings.maxBackoffMs));
      else if (offered === 0) await alarm.ring(settings.pollMs);
    }
  }

  async function round(): Promise<number> {
    const records = await outbox.lease(destination, { limit, leaseMs: settings.leaseMs });
    if (records.length === 0) return 0;
    const delivered = await deliver(records);
    const isUnanswered = delivered.unanswered.length > 0;
    failures = isUnanswered ? failures + 1 : 0;
    limit = isUnanswered ? 1 : Math.min(2 * limit, settings.batchSize);
    await putBack(delivered);
    return records.length;
  }

  async function putBack({ refused, unanswered, reason }: Delivered<LeasedRecord>): Promise<void> {
    const records: PutBack[] = [
      ...refused.map((refusal) => toPutBack(refusal, settings)),
      // Due at once, yet behind all that was due before: the destination rests, and no record is its stumbling block.
      ...unanswered.map((record) => ({ record, delayMs: 0, fault: faultOf(reason), refused: false, final: false })),
    ];
    if (records.length === 0) return;
    const dead = records.filter(({ final }) => final).length;
    const why = reason ?? refused[0]?.reason;
    onFault({ destination, refused: refused.length, unanswered: unanswered.length, dead, reason: why });
    await outbox.putBack(records);
  }

  const finished = work();
  return {
    wake: () => alarm.wake(),
    wakeFromRest: () => alarm.wakeFromRest(),
    async close() {
      closed = true;
      alarm.wakeFromRest();
      await finished;
    },
  };
}

function toPutBack({ record, reason }: Delivered<LeasedRecord>['refused'][number], settings: OutboxSettings): PutBack {
  const refusals = record.refusals + 1;
  const judged = isJudgement(reason);
  return {
    record,
    delayMs: backoffMs(refusals, judged ? settings.maxRefusedBackoffMs : settings.maxBackoffMs),
    fault: faultOf(reason),
    refused: true,
    final: judged && refusals >= settings.maxRefusals,
  };
}

/** Half of a pause is left to chance, so that what failed together does not come back together. */
function backoffMs(failures: number, longestMs: number): number {
  const longest = Math.min(longestMs, firstBackoffMs * 2 ** Math.min(failures - 1, 20));
  return Math.round(longest * (0.5 + Math.random() / 2));
}

function faultOf(reason: unknown): string {
  if (reason instanceof ServiceUnavailable) return reason.answer ?? reason.code;
  return reason instanceof PublicError ? reason.code : 'INTERNAL';
}
