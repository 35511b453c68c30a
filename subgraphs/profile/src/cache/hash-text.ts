/** Looked up once: where code runs in a context of its own, as under Jest, every look-up of a global is dear. */
export const { imul } = Math;

/** A hash of a text in 32 bits; the seed keeps others from choosing texts that collide. */
export function hashText(text: string, seed: number): number {
  let hash = seed;
  for (let index = 0; index < text.length; index += 1) hash = imul(hash ^ text.charCodeAt(index), 0x01000193);
  hash = imul(hash ^ (hash >>> 16), 0x85ebca6b);
  hash = imul(hash ^ (hash >>> 13), 0xc2b2ae35);
  return (hash ^ (hash >>> 16)) >>> 0;
}
