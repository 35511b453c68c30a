import { setTimeout as pause } from 'node:timers/promises';

const pauseMs = 100;

/**
 * What a client does that gets no answer: it sends the same again, until it is told. `send` answers undefined where it was
 * told nothing; `repeats` is how often that was.
 */
export async function untilTold<Told>(
  send: () => Promise<Told | undefined>,
): Promise<{ readonly told: Told; readonly repeats: number }> {
  for (let repeats = 0; ; repeats++) {
    const told = await send();
    if (told !== undefined) return { told, repeats };
    await pause(pauseMs);
  }
}
