import { type RequestContext, remainingMs, timedOut } from '@atrium/service-kit';

/** Runs `work`, and rejects with TIMEOUT when it takes longer than `timeoutMs` or than its request's caller waits. */
export async function withinTime<T>(context: RequestContext, timeoutMs: number, work: () => Promise<T>): Promise<T> {
  const budgetMs = Math.min(timeoutMs, remainingMs(context));
  if (budgetMs <= 0) throw timedOut();
  let timer: NodeJS.Timeout | undefined;
  const over = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(timedOut()), budgetMs);
  });
  try {
    return await Promise.race([work(), over]);
  } finally {
    clearTimeout(timer);
  }
}
