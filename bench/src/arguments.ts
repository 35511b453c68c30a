import { InvalidArgumentError, Option } from 'commander';

/** An option that takes some of these names, with commas between; all of them by default. */
export function chosen<Name extends string>(flags: string, description: string, all: readonly Name[]): Option {
  return new Option(flags, `${description} (${all.join(', ')})`).default(all, 'all').argParser((text) => {
    const names = text.split(',').map((name) => name.trim());
    const unknown = names.filter((name) => !all.some((each) => each === name));
    if (unknown.length > 0) throw new InvalidArgumentError(`Unknown: ${unknown.join(', ')}.`);
    return all.filter((name) => names.includes(name));
  });
}

/** Reads a whole number. */
export function toCount(text: string): number {
  if (!/^\d{1,8}$/.test(text)) throw new InvalidArgumentError('Give a whole number.');
  return Number(text);
}

/** Reads a number above nought. */
export function toNumber(text: string): number {
  const value = Number(text);
  if (!(value > 0)) throw new InvalidArgumentError('Give a number above 0.');
  return value;
}
