import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';

/** V8's collector, which is reachable from a context that is made after the flag is set; `--expose-gc` need not be given. */
export function garbageCollector(): (options: object) => void {
  setFlagsFromString('--expose-gc');
  return runInNewContext('gc');
}
