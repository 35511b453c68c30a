import { PassThrough, type Readable } from 'node:stream';

/** How slow is too slow. */
export interface SpeedLimit {
  readonly bytesPerSecond: number;
  /** Over what time speed is measured. */
  readonly windowMs: number;
}

/** Passes a stream on and breaks it as soon as, over one window, it was too slow. */
export function atLeastAsFast(stream: Readable, { bytesPerSecond, windowMs }: SpeedLimit): Readable {
  let sizeBytes = 0;
  const passed = new PassThrough();
  const timer = setInterval(() => {
    if (sizeBytes < (bytesPerSecond * windowMs) / 1_000) passed.destroy(new Error('the stream is too slow'));
    sizeBytes = 0;
  }, windowMs);
  passed.once('close', () => clearInterval(timer));
  // It may break before its reader has begun, who is then told when they begin.
  passed.on('error', () => {});
  stream.on('data', (chunk: Buffer) => {
    sizeBytes += chunk.length;
  });
  stream.once('error', (error) => passed.destroy(error));
  stream.once('aborted', () => passed.destroy(new Error('the stream was cut off')));
  return stream.pipe(passed);
}
