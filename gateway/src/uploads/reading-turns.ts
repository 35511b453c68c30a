/** An upload to be read. */
export interface Reader {
  begin(): void;
  /** How much of it was read until now. */
  bytes(): number;
}

/** As many fast uploads as are read at once. */
const places = 16;
/** How long an upload holds its place before it is judged, and how much of it must have come by then to be fast. */
const judgedMs = 100;
const fastBytes = 100 * 1024;

/**
 * Uploads that come as fast as they are read, each in its turn: a hundred that are read at once keep their pieces so long
 * that V8 takes these for lasting. A slow one (below 1 MB/s) gives its place up and is read beside the others, so that
 * nobody waits for it.
 */
export class ReadingTurns {
  readonly #waiting = new Set<Reader>();
  readonly #reading = new Map<Reader, { bytes: number; at: number }>();
  #judging: NodeJS.Timeout | undefined;

  /** Begins when there is a place. Answers how to give up the place, or the wait for one. */
  take(reader: Reader): () => void {
    this.#waiting.add(reader);
    this.#fill();
    return () => {
      this.#waiting.delete(reader);
      if (this.#reading.delete(reader)) this.#fill();
    };
  }

  #fill(): void {
    for (const reader of this.#waiting) {
      if (this.#reading.size >= places) break;
      this.#waiting.delete(reader);
      this.#reading.set(reader, { bytes: 0, at: performance.now() });
      reader.begin();
    }
    if (this.#waiting.size > 0) {
      this.#judging ??= setInterval(() => this.#judge(), judgedMs / 2).unref();
    } else {
      clearInterval(this.#judging);
      this.#judging = undefined;
    }
  }

  #judge(): void {
    const at = performance.now();
    for (const [reader, before] of this.#reading) {
      if (at - before.at < judgedMs) continue;
      const bytes = reader.bytes();
      if (bytes - before.bytes < fastBytes) this.#reading.delete(reader);
      else this.#reading.set(reader, { bytes, at });
    }
    this.#fill();
  }
}
