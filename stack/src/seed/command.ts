import { Command, InvalidArgumentError } from 'commander';

const mostPeople = 10_000;
const mostUsers = 10_000_000;

/** `seed`: believable people for a running stack. */
export function seedCommand(): Command {
  return new Command('seed')
    .description('fill the running stack with believable people, their pictures and messages')
    .option('--people <count>', 'how many people there should be', wholeNumber(1, mostPeople), 300)
    .option(
      '--direct <count>',
      "instead, write so many users straight into Profile's database, without codes, pictures and messages",
      wholeNumber(1, mostUsers),
    )
    .option('--seed <number>', 'which people: the same number gives the same ones', wholeNumber(0, 2 ** 32 - 1), 1)
    .option('--url <address>', "another gateway's address, with --key (default: the stack that runs here)")
    .option('--key <api key>', 'the API key to use; needs every profile, image and messaging scope')
    .addHelpText(
      'after',
      '\nPeople who are there already are left as they are, and what an interrupted run left undone is finished.',
    )
    .action(async (options) => {
      // Names of two dozen languages take a while to load, and no other command needs them.
      if (options.direct !== undefined) {
        const { seedDirectly } = await import('./direct/index.ts');
        return seedDirectly({ count: options.direct, seed: options.seed });
      }
      const { seedStack } = await import('./seed.ts');
      if (!(await seedStack(options))) process.exitCode = 1;
    });
}

function wholeNumber(least: number, most: number): (text: string) => number {
  return (text) => {
    const value = Number(text);
    if (/^\d+$/.test(text) && value >= least && value <= most) return value;
    throw new InvalidArgumentError(`It must be a whole number from ${least} to ${most}.`);
  };
}
