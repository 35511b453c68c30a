import { statSync } from 'node:fs';

/**
 * Looks at a file every so often and tells of each change, until the answer is called. Follow a file before you read it:
 * what is written after that is told of. A file is told apart by its state rather than by events of the file system,
 * which differ by system and get lost when a file is replaced.
 */
export function followFile(path: string, checkEveryMs: number, onChange: () => void): () => void {
  let seen = stateOf(path);
  const timer = setInterval(() => {
    const state = stateOf(path);
    if (state === seen) return;
    seen = state;
    onChange();
  }, checkEveryMs);
  timer.unref();
  return () => clearInterval(timer);
}

function stateOf(path: string): string {
  const stats = statSync(path, { bigint: true, throwIfNoEntry: false });
  return stats ? `${stats.ino} ${stats.size} ${stats.mtimeNs}` : 'none';
}
