/** Waits until something holds and answers how long that took, in milliseconds; fails after the time. */
export async function waitUntil(holds: () => boolean | Promise<boolean>, timeoutMs = 5_000): Promise<number> {
  const start = performance.now();
  while (!(await holds())) {
    if (performance.now() - start > timeoutMs) throw new Error('it never came true');
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
  return performance.now() - start;
}
