import { LRUCache } from 'lru-cache';

/** What an entry costs besides its text: its hash, and the cache's own bookkeeping. */
const entryBytes = 300;

/** Operations that clients registered by themselves, by the SHA-256 of their texts. */
export interface RegisteredOperations {
  find(clientId: string, hash: string): string | undefined;
  add(clientId: string, hash: string, text: string): void;
  /** The memory they take, in bytes. */
  readonly sizeBytes: number;
}

/**
 * Keeps at most `maxBytes` of them. Each client has a cache of its own, and where there is no more room the client that
 * holds most gives up what it has not used for longest: so nobody can displace the operations of one that holds less.
 */
export function createRegisteredOperations(maxBytes: number): RegisteredOperations {
  const clients = new Map<string, LRUCache<string, string>>();

  function sizeBytes(): number {
    let sum = 0;
    for (const { calculatedSize } of clients.values()) sum += calculatedSize;
    return sum;
  }

  /** Removes one operation of the client that holds most. */
  function shrink(): void {
    let largest: [string, LRUCache<string, string>] | undefined;
    for (const client of clients) {
      if (!largest || client[1].calculatedSize > largest[1].calculatedSize) largest = client;
    }
    if (!largest) return;
    const [clientId, operations] = largest;
    operations.pop();
    if (operations.size === 0) clients.delete(clientId);
  }

  return {
    find: (clientId, hash) => clients.get(clientId)?.get(hash),
    add(clientId, hash, text) {
      let own = clients.get(clientId);
      if (!own) {
        // What is longer than all of the memory is not taken in, so that it pushes out nothing.
        own = new LRUCache({ maxSize: maxBytes, sizeCalculation: sizeOf });
        clients.set(clientId, own);
      }
      own.set(hash, text);
      while (sizeBytes() > maxBytes) shrink();
    },
    get sizeBytes() {
      return sizeBytes();
    },
  };
}

/** Texts are kept with one byte a character, or two where one character needs more. */
function sizeOf(text: string): number {
  return 2 * text.length + entryBytes;
}
