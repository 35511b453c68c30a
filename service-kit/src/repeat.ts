/** Work that is done again and again, and never twice at once. */
export interface Repetition {
  /** Resolves when the work that is under way is done. */
  stop(): Promise<void>;
}

/** Does work every so often until stopped; a fault is told, and the work is done again all the same. */
export function repeat(everyMs: number, work: () => Promise<void>, onFault: (error: unknown) => void): Repetition {
  let underWay: Promise<void> | undefined;
  const timer = setInterval(() => {
    underWay ??= work()
      .catch(onFault)
      .finally(() => {
        underWay = undefined;
      });
  }, everyMs);
  return {
    async stop() {
      clearInterval(timer);
      await underWay;
    },
  };
}
