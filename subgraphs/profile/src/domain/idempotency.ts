import { keyedHash } from '@atrium/service-kit';

/** A client's key and what it was used for, as keyed hashes: what clients type into keys may be personal. */
export interface IdempotencyFingerprint {
  readonly clientId: string;
  readonly keyHash: string;
  readonly payloadHash: string;
}

/** Makes fingerprints, and lets concurrent duplicates share one answer. */
export interface Idempotency {
  fingerprint(clientId: string, key: string, payload: object): IdempotencyFingerprint;
  /**
   * Runs `work`, or waits for the same work that is under way in this process. Across processes the store decides: the
   * second finds the key used and goes on with the user of the first.
   */
  once<T>(fingerprint: IdempotencyFingerprint, work: () => Promise<T>): Promise<T>;
}

/** Idempotency with this key for its hashes. */
export function createIdempotency(hmacKey: Buffer): Idempotency {
  const underWay = new Map<string, Promise<unknown>>();
  const hash = (...parts: string[]) => keyedHash(hmacKey, ...parts).toString('base64url');

  return {
    fingerprint(clientId, key, payload) {
      const entries = Object.entries(payload).filter(([, value]) => value != null);
      const canonical = JSON.stringify(entries.sort(([a], [b]) => (a < b ? -1 : 1)));
      return { clientId, keyHash: hash('key', clientId, key), payloadHash: hash('payload', canonical) };
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
