import { type CommandAnswer, CommandFault } from '@atrium/service-kit/command-line';
import type { DeadLetterStore, OutboxStore } from '../domain/ports.ts';
import { toCountTable, toLetterTable } from './tables.ts';

/** What the commands work with. */
export interface Outbox {
  readonly records: Pick<OutboxStore, 'count'>;
  readonly letters: DeadLetterStore;
}

/** Tells how many records each destination has in each state. */
export async function status({ records }: Outbox): Promise<CommandAnswer> {
  const counts = await records.count();
  return { json: counts, text: counts.length === 0 ? 'Everything was delivered.' : toCountTable(counts) };
}

/** Shows dead letters. */
export async function list(
  { letters }: Outbox,
  { destination, limit }: { destination?: string; limit: number },
): Promise<CommandAnswer> {
  const found = await letters.list({ destination, limit });
  return { json: found, text: found.length === 0 ? 'There are no dead letters.' : toLetterTable(found) };
}

/** Puts dead letters back into the outbox, where Profile finds them at its next look. */
export async function replay(
  { letters }: Outbox,
  ids: readonly string[],
  { destination, all }: { destination?: string; all?: true },
): Promise<CommandAnswer> {
  if (all ? ids.length > 0 : ids.length === 0) {
    throw new CommandFault('Give the ids of the letters to replay, or --all. See outbox list.');
  }
  const replayed = await letters.replay({ destination, ids: all ? undefined : ids });
  if (replayed.length === 0 && !all) throw new CommandFault('There is no such dead letter. See outbox list.');
  const count = replayed.length === 1 ? '1 record is' : `${replayed.length} records are`;
  return { json: replayed, text: `${count} offered again.` };
}
