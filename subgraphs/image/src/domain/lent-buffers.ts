/** Buffers larger than this are not kept for the next one. */
const keptBytes = 16 * 1024 * 1024;

/**
 * Buffers for whole pictures, used again and again: a new one for each would have V8 collect all of its garbage every few
 * pictures, which took a third as long as the pictures themselves. There are never more than are in use at once.
 */
export class LentBuffers {
  readonly #free: Buffer[] = [];

  /** Lends a buffer of at least so many bytes while something is done with it. */
  async lend<Result>(sizeBytes: number, work: (buffer: Buffer) => Promise<Result>): Promise<Result> {
    const free = this.#free.pop();
    const buffer = free && free.length >= sizeBytes ? free : Buffer.allocUnsafeSlow(roundUp(sizeBytes));
    try {
      return await work(buffer);
    } finally {
      if (buffer.length <= keptBytes) this.#free.push(buffer);
    }
  }
}

/** So that pictures which are a little larger find room. */
function roundUp(sizeBytes: number): number {
  return 2 ** Math.ceil(Math.log2(Math.max(1024 * 1024, sizeBytes)));
}
