/** Something that is done again and again, a bounded piece at a time. */
export interface ScheduledTask {
  readonly name: string;
  readonly everyMs: number;
  /** Does one piece; answers how much there was to do, 0 when nothing is left. Safe in several processes at once. */
  readonly run: () => Promise<number>;
}

/** Runs each task at its interval, piece after piece until nothing is left; one that fails is tried at the next. */
export function startSchedule(
  tasks: readonly ScheduledTask[],
  onFault: (task: string, reason: unknown) => void,
): { close(): Promise<void> } {
  const closing = new AbortController();
  const { signal } = closing;
  const loops = tasks.map(async ({ name, everyMs, run }) => {
    // The first time at once: whatever came due while nobody ran is overdue. Then with some of each pause left to chance,
    // so that processes that started together spread.
    for (let pauseMs = 0; await rested(pauseMs, signal); pauseMs = everyMs * (0.9 + Math.random() / 5)) {
      try {
        while (!signal.aborted && (await run()) > 0);
      } catch (reason) {
        onFault(name, reason);
      }
    }
  });
  return {
    async close() {
      closing.abort();
      await Promise.all(loops);
    },
  };
}

/** True after the time, false when the signal ends it. */
function rested(ms: number, signal: AbortSignal): Promise<boolean> {
  return new Promise((resolve) => {
    if (signal.aborted) return resolve(false);
    const end = (): void => {
      clearTimeout(timer);
      resolve(false);
    };
    const timer = setTimeout(() => {
      signal.removeEventListener('abort', end);
      resolve(true);
    }, ms);
    signal.addEventListener('abort', end, { once: true });
  });
}
