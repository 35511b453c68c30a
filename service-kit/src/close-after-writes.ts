import type { Writable } from 'node:stream';

/** A stream into a file that is closed when the stream is destroyed. */
interface FileStream extends Writable {
  _fd: number | null;
}

const mended = new WeakSet<object>();

/**
 * Mends the file streams of graphql-upload-ts (`WriteStream`, which was fs-capacitor): destroyed, they close their file
 * at once, while a write may wait in Node's thread pool. By then the number of the handle may belong to another file,
 * which then gets the bytes: of 17,000 aborted uploads 60 were closed before they were written, and one wrote into
 * another file. Mended, a stream closes its file when no write is under way, as those of Node itself do.
 */
export function closeAfterWrites({ prototype }: { prototype: FileStream }): void {
  if (mended.has(prototype)) return;
  mended.add(prototype);
  const { _write: write, _destroy: destroy } = prototype;
  /** The streams of which a write is under way, with what is to be done after it. */
  const writing = new WeakMap<FileStream, () => void>();

  prototype._write = function (this: FileStream, chunk, encoding, callback) {
    // It was destroyed while it waited for its file to be opened; the file is closed in this same tick.
    if (this.destroyed) return callback();
    if (this._fd !== null) writing.set(this, () => {});
    write.call(this, chunk, encoding, (error) => {
      const then = writing.get(this);
      writing.delete(this);
      callback(error);
      then?.();
    });
  };
  prototype._destroy = function (this: FileStream, error, callback) {
    const end = () => destroy.call(this, error, callback);
    if (writing.has(this)) writing.set(this, end);
    else end();
  };
}
