/** What a loop waits on between its rounds. */
export interface Alarm {
  /** Resolves after the time, or at once when it is or was woken since it last rang. */
  ring(afterMs: number): Promise<void>;
  /** Resolves after the time, or at once when it is or was called from its rest; an ordinary wake is kept for the next ring. */
  rest(afterMs: number): Promise<void>;
  wake(): void;
  wakeFromRest(): void;
}

/** Makes an alarm for one loop. */
export function createAlarm(): Alarm {
  let isWoken = false;
  let isCalled = false;
  let isResting = false;
  let ringNow: (() => void) | undefined;

  async function wait(afterMs: number): Promise<void> {
    await new Promise<void>((resolve) => {
      const timer = setTimeout(resolve, afterMs);
      ringNow = () => {
        clearTimeout(timer);
        resolve();
      };
    });
    ringNow = undefined;
  }

  return {
    async ring(afterMs) {
      if (!isWoken) await wait(afterMs);
      isWoken = false;
      isCalled = false;
    },
    async rest(afterMs) {
      isResting = true;
      if (!isCalled) await wait(afterMs);
      isCalled = false;
      isResting = false;
    },
    wake() {
      isWoken = true;
      if (!isResting) ringNow?.();
    },
    wakeFromRest() {
      isWoken = true;
      isCalled = true;
      ringNow?.();
    },
  };
}
