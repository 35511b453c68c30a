/** How much is tested: `full` takes the counts of the acceptance text, `small` fewer, for a machine of two cores. */
export const tier = process.env.ATRIUM_TEST_TIER === 'full' ? 'full' : 'small';

/** The count of this run's tier; it is printed, so that a passing run says what it passed. */
export function scale(what: string, counts: { small: number; full: number }): number {
  const count = counts[tier];
  process.stdout.write(`${what}: ${count} (tier ${tier})\n`);
  return count;
}
