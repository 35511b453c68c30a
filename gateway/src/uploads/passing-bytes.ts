import { garbageCollector } from '@atrium/service-kit/garbage-collector';

/** How much passes between two collections, each of which takes a millisecond. With 16 MB V8 marked its whole heap as often. */
const collectEveryBytes = 2 * 1024 * 1024;

const collect = garbageCollector();
let passedBytes = 0;

/**
 * Told of each piece of a file on its way through. The pieces lie in buffers of 64 KiB, however small they are, beside
 * the objects by which V8 judges when to collect: it lets 150 MB of them stand, and then marks its whole heap to free them,
 * which took two fifths of an upload's time. A collection of what is young frees them first.
 */
export function bytesPass(bytes: number): void {
  passedBytes += bytes;
  if (passedBytes < collectEveryBytes) return;
  passedBytes = 0;
  collect({ type: 'minor' });
}
