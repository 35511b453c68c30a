/** A number from 0 to 2^32 - 1 that a text decides (FNV-1a with the last mixing step of MurmurHash3). */
export function hash(text: string): number {
  let state = 0x811c9dc5;
  for (let index = 0; index < text.length; index++) {
    state = Math.imul(state ^ text.charCodeAt(index), 0x01000193);
  }
  state = Math.imul(state ^ (state >>> 16), 0x85ebca6b);
  state = Math.imul(state ^ (state >>> 13), 0xc2b2ae35);
  return (state ^ (state >>> 16)) >>> 0;
}

/** One of several, as a text decides. */
export function choose<T>(text: string, from: readonly T[]): T {
  const chosen = from[hash(text) % from.length];
  if (chosen === undefined) throw new Error(`nothing to choose from for ${text}`);
  return chosen;
}

/** A JSON text in which the order of keys plays no part, without those of some names. */
export function canonical(value: unknown, without: readonly string[] = []): string {
  return JSON.stringify(value, (_key, part: unknown) => {
    if (typeof part !== 'object' || part === null || Array.isArray(part)) return part;
    const kept = Object.entries(part).filter(([key]) => !without.includes(key));
    return Object.fromEntries(kept.sort(([a], [b]) => (a < b ? -1 : 1)));
  });
}
