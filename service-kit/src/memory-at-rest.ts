import { performance } from 'node:perf_hooks';
import { garbageCollector } from './garbage-collector.ts';

/** How often the process is looked at, in milliseconds. */
const lookEveryMs = 500;
/** How long a process rests before it gives memory back: what comes next then begins with cold code and little room. */
const usualRestMs = 30_000;
/** The part of that time that a process at rest may be busy. */
const restingUtilization = 0.05;
/** A heap that has grown by less is not worth the tenth of a second that a collection takes. */
const worthwhileBytes = 24 * 1024 * 1024;

/**
 * Gives memory back: at once what starting took, and later whenever a process that worked is at rest. V8 collects garbage
 * when it needs room and keeps the room for the next rush; a service that had one would hold it until the next. Under
 * load nothing is done: V8 decides alone. Answers how to stop.
 */
export function returnMemoryAtRest(restMs = usualRestMs): () => void {
  const collectGarbage = garbageCollector();
  let heapAtRest: number;
  let last = performance.eventLoopUtilization();
  let restedMs = 0;

  function look(): void {
    const now = performance.eventLoopUtilization();
    const { utilization } = performance.eventLoopUtilization(now, last);
    last = now;
    restedMs = utilization > restingUtilization ? 0 : restedMs + lookEveryMs;
    if (restedMs < restMs) return;
    if (process.memoryUsage().heapTotal < heapAtRest + worthwhileBytes) return;
    collect();
  }

  function collect(): void {
    collectGarbage({ type: 'major', flavor: 'last-resort', execution: 'sync' });
    heapAtRest = process.memoryUsage().heapTotal;
  }

  collect();
  const timer = setInterval(look, lookEveryMs).unref();
  return () => clearInterval(timer);
}
