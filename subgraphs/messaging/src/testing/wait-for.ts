import { setTimeout as pause } from 'node:timers/promises';

/** Waits until `look` answers something, and answers that. */
export async function waitFor<T>(
  what: string,
  look: () => Promise<T | undefined | false>,
  withinMs = 10_000,
): Promise<T> {
  const deadline = performance.now() + withinMs;
  while (performance.now() < deadline) {
    const found = await look();
    if (found) return found;
    await pause(15);
  }
  throw new Error(`waited in vain for ${what}`);
}
