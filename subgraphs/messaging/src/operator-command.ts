import { text } from 'node:stream/consumers';
import { type CommandAnswer, CommandFault, printAnswer } from '@atrium/service-kit/command-line';
import { readSettings } from '@atrium/service-kit/settings';
import { InvalidArgumentError } from 'commander';
import { settings } from './config.ts';
import { createRecipientHash, type RecipientHash } from './domain/recipient-hash.ts';
import { type TestNumbers, testNumbersOf } from './domain/test-numbers.ts';
import { type Database, openDatabase } from './store/database.ts';

/** What a command of an operator works with. */
export interface OperatorTools {
  readonly database: Database;
  /** Asked for by those alone who need them, because the key must then be there. */
  recipientHash(): RecipientHash;
  testNumbers(): TestNumbers;
}

const secondsOf: Record<string, number> = { s: 1, m: 60, h: 3_600, d: 86_400 };

/** Opens the database and takes the keys that the environment names. */
export function openOperatorTools(env: NodeJS.ProcessEnv): OperatorTools {
  const { databaseUrl } = readSettings({ databaseUrl: settings.databaseUrl }, env);
  return {
    database: openDatabase(databaseUrl, 1),
    recipientHash: () => createRecipientHash(readSettings({ key: settings.numberHmacKey }, env).key),
    testNumbers() {
      const { mode, testNumberCode } = settings;
      return testNumbersOf(readSettings({ mode, testNumberCode }, env));
    },
  };
}

/** Makes what answers commands in this environment. */
export function createAnswer(env: NodeJS.ProcessEnv) {
  return async (options: { json?: true }, ask: (tools: OperatorTools) => Promise<CommandAnswer>): Promise<void> => {
    const tools = openOperatorTools(env);
    try {
      printAnswer(await ask(tools), options);
    } finally {
      await tools.database.$disconnect();
    }
  };
}

/** What was typed, or what stands on the lines of the standard input where that was `-`. */
export async function readTyped(typed: readonly string[]): Promise<string[]> {
  if (typed.length !== 1 || typed[0] !== '-') return [...typed];
  const lines = (await text(process.stdin)).split('\n').map((line) => line.trim());
  const found = lines.filter((line) => line !== '');
  if (found.length === 0) throw new CommandFault('There is nothing on the standard input. Give one a line.');
  return found;
}

/** A duration such as 90d, 12h or 30m, in milliseconds. */
export function toLifetime(typed: string): number {
  const [, count, unit = ''] = /^([1-9]\d{0,4})([smhd])$/.exec(typed) ?? [];
  if (count === undefined) throw new InvalidArgumentError('Give a duration such as 90d, 12h or 30m.');
  return Number(count) * (secondsOf[unit] ?? 0) * 1_000;
}

/** A reason: up to 200 characters that print. */
export function toReason(typed: string): string {
  const reason = typed.trim();
  if (reason === '' || reason.length > 200 || /\p{C}/u.test(reason)) {
    throw new InvalidArgumentError('Give 1 to 200 characters on one line.');
  }
  return reason;
}

/** How many lines are shown. */
export function toLimit(typed: string): number {
  const limit = Number(typed);
  if (/^\d+$/.test(typed) && limit >= 1 && limit <= 10_000) return limit;
  throw new InvalidArgumentError('Give a whole number from 1 to 10000.');
}

/** As much of a hash as tells entries apart. */
export function shortHash(hash: Buffer): string {
  return hash.toString('hex').slice(0, 16);
}

/** A point in time to the second, as tables show it. */
export function toSecond(time: Date): string {
  return `${time.toISOString().slice(0, 19).replace('T', ' ')}Z`;
}
