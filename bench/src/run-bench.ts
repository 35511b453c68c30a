/**
 * Runs a benchmark to its end, or until Ctrl-C, and leaves: `leave` stops what was started and removes what was written,
 * however far it came. Ends the process.
 */
export async function runBench(name: string, start: () => Promise<void>, leave: () => Promise<void>): Promise<never> {
  const interrupted = Promise.withResolvers<void>();
  for (const signal of ['SIGINT', 'SIGTERM'] as const) {
    process.once(signal, () => {
      process.exitCode = 130;
      interrupted.resolve();
    });
  }
  const work = start();
  await Promise.race([work, interrupted.promise]).catch((error: Error) => {
    process.stderr.write(`${name}: ${error.message}\n`);
    process.exitCode = 1;
  });
  // What is under way still fails now, when nobody wants it any more.
  work.catch(() => {});
  await leave();
  process.exit();
}
