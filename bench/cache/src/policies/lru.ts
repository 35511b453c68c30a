import { RecencyList } from '../../../../subgraphs/profile/src/cache/recency-list.ts';
import type { Policy } from './policy.ts';

interface Node {
  readonly key: number;
  readonly bytes: number;
  newer: Node | undefined;
  older: Node | undefined;
}

/** The least recently used goes first. */
export function lru(capacity: number): Policy {
  const nodes = new Map<number, Node>();
  const list = new RecencyList<Node>();
  return {
    access(key) {
      const found = nodes.get(key);
      if (found) {
        list.touch(found);
        return true;
      }
      const node: Node = { key, bytes: 1, newer: undefined, older: undefined };
      nodes.set(key, node);
      list.add(node);
      if (list.bytes > capacity && list.oldest) {
        nodes.delete(list.oldest.key);
        list.remove(list.oldest);
      }
      return false;
    },
  };
}
