import { createKeyedHash } from '@atrium/service-kit';

/** A client's key and what it was used for, as keyed hashes: what clients type into keys may be personal. */
export interface IdempotencyFingerprint {
  readonly clientId: string;
  readonly keyHash: string;
  readonly payloadHash: string;
}

/** The same for a batch and each of its items: an item's key stands for one user, the batch's for the whole payload. */
export interface BatchFingerprint extends IdempotencyFingerprint {
  readonly items: readonly IdempotencyFingerprint[];
}

/** Makes fingerprints, and lets concurrent duplicates share one answer. */
export interface Idempotency {
  fingerprint(clientId: string, key: string, payload: object): IdempotencyFingerprint;
  batchFingerprint(clientId: string, key: string, payloads: readonly object[]): BatchFingerprint;
  /**
   * Runs `work`, or waits for the same work that is under way in this process. Across processes the store decides: the
   * second finds the key used and goes on with the user of the first.
   */
  once<T>(fingerprint: IdempotencyFingerprint, work: () => Promise<T>): Promise<T>;
}

/** Idempotency with this key for its hashes. */
export function createIdempotency(hmacKey: Buffer): Idempotency {
  const underWay = new Map<string, Promise<unknown>>();
  const keyedHash = createKeyedHash(hmacKey);
  const hash = (...parts: string[]) => keyedHash(...parts).toString('base64url');

  return {
    fingerprint(clientId, key, payload) {
      return { clientId, keyHash: hash('key', clientId, key), payloadHash: hash('payload', canonical(payload)) };
    },
    batchFingerprint(clientId, key, payloads) {
      const payloadHash = hash('batch', ...payloads.map(canonical));
      const items = payloads.map((_, place) => ({
        clientId,
        keyHash: hash('item', clientId, key, String(place)),
        payloadHash,
      }));
      return { clientId, keyHash: hash('key', clientId, key), payloadHash, items };
    },
    async once<T>({ keyHash, payloadHash }: IdempotencyFingerprint, work: () => Promise<T>): Promise<T> {
      const name = `${keyHash} ${payloadHash}`;
      const other = underWay.get(name) as Promise<T> | undefined;
      if (other) return other;
      const answer = work().finally(() => underWay.delete(name));
      underWay.set(name, answer);
      return answer;
    },
  };
}

/** One text for all ways to write an input: without what is absent or null, in one order. */
function canonical(payload: object): string {
  const entries = Object.entries(payload).filter(([, value]) => value != null);
  return JSON.stringify(entries.sort(([a], [b]) => (a < b ? -1 : 1)));
}
