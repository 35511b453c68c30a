import { garbageCollector } from '@atrium/service-kit/garbage-collector';

/** As much as may have passed before it is collected; twice as much left the gateway 50 MB larger under 100 uploads. */
const collectEveryBytes = 16 * 1024 * 1024;

const collect = garbageCollector();
let passedBytes = 0;

/**
 * Told of each piece of a file on its way through. V8 collects by the size of its own objects, beside which the pieces
 * lie: it lets 150 MB of them stand when many large files come at once. A collection of what is young frees them.
 */
export function bytesPass(bytes: number): void {
  passedBytes += bytes;
  if (passedBytes < collectEveryBytes) return;
  passedBytes = 0;
  collect({ type: 'minor' });
}
