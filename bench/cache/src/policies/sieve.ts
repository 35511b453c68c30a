import type { Policy } from './policy.ts';

interface Node {
  key: number;
  visited: boolean;
  newer: Node | undefined;
  older: Node | undefined;
}

/** SIEVE (Zhang and others, "SIEVE is Simpler than LRU", NSDI 2024): a hand goes round and takes who was not visited. */
export function sieve(capacity: number): Policy {
  const nodes = new Map<number, Node>();
  let newest: Node | undefined;
  let oldest: Node | undefined;
  let hand: Node | undefined;

  function evict(): void {
    let node = hand ?? oldest;
    while (node?.visited) {
      node.visited = false;
      node = node.newer ?? oldest;
    }
    if (!node) return;
    hand = node.newer;
    if (node.newer) node.newer.older = node.older;
    else newest = node.older;
    if (node.older) node.older.newer = node.newer;
    else oldest = node.newer;
    nodes.delete(node.key);
  }

  return {
    access(key) {
      const found = nodes.get(key);
      if (found) {
        found.visited = true;
        return true;
      }
      if (nodes.size >= capacity) evict();
      const node: Node = { key, visited: false, newer: undefined, older: newest };
      if (newest) newest.newer = node;
      else oldest = node;
      newest = node;
      nodes.set(key, node);
      return false;
    },
  };
}
