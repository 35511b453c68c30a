import { performance } from 'node:perf_hooks';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';

/** How often the process is looked at, in milliseconds. */
const lookEveryMs = 500;
/** How long a process rests before it gives memory back: what comes next then begins with cold code and little room. */
const usualRestMs = 30_000;
/** The part of that time that a process at rest may be busy. */
const restingUtilization = 0.05;
/** A heap that has grown by less is not worth the tenth of a second that a collection takes. */
const worthwhileBytes = 24 * 1024 * 1024;

/**
 * Gives memory back once a process that worked is at rest. V8 collects garbage when it needs room and keeps the room for
 * the next rush; a service that had one would hold it until the next. Under load nothing is done: V8 decides alone.
 * Answers how to stop.
 */
export function returnMemoryAtRest(restMs = usualRestMs): () => void {
  const collect = garbageCollector();
  let heapAtRest = process.memoryUsage().heapTotal;
  let last = performance.eventLoopUtilization();
  let restedMs = 0;

  function look(): void {
    const now = performance.eventLoopUtilization();
    const { utilization } = performance.eventLoopUtilization(now, last);
    last = now;
    restedMs = utilization > restingUtilization ? 0 : restedMs + lookEveryMs;
    if (restedMs < restMs) return;
    if (process.memoryUsage().heapTotal < heapAtRest + worthwhileBytes) return;
    collect({ type: 'major', flavor: 'last-resort', execution: 'sync' });
    heapAtRest = process.memoryUsage().heapTotal;
  }

  const timer = setInterval(look, lookEveryMs).unref();
  return () => clearInterval(timer);
}

/** V8's collector, which is reachable from a context that is made after the flag is set; `--expose-gc` need not be given. */
function garbageCollector(): (options: object) => void {
  setFlagsFromString('--expose-gc');
  return runInNewContext('gc');
}
