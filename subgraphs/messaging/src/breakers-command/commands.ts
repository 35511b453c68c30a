import { type CommandAnswer, CommandFault } from '@atrium/service-kit/command-line';
import { alignColumns } from '@atrium/service-kit/text-table';
import { toSecond } from '../operator-command.ts';
import { findBreakerEvents } from '../store/breaker-events.ts';
import type { Database } from '../store/database.ts';
import { closeByHand, findOpenBreakers } from '../store/send-breakers.ts';

/** Shows the breakers that are open. */
export async function list(database: Database): Promise<CommandAnswer> {
  const open = await findOpenBreakers(database);
  if (open.length === 0) return { json: open, text: 'No breaker is open.' };
  const rows = open.map(({ kind, key, openSince, baseline, roundSent, roundVerified }) => [
    kind,
    key,
    toSecond(openSince),
    toPercent(baseline),
    `${roundVerified} of ${roundSent}`,
  ]);
  return { json: open, text: alignColumns([['KIND', 'KEY', 'OPEN SINCE', 'USUAL', 'PROBES VERIFIED'], ...rows]) };
}

/** Closes one of them. */
export async function close(database: Database, kind: string, key: string): Promise<CommandAnswer> {
  if (await closeByHand(database, kind, key)) return { json: { kind, key }, text: `The breaker of ${key} is closed.` };
  throw new CommandFault('No such breaker is open. See breakers list.');
}

/** Shows what opened and closed. */
export async function history(database: Database, { limit }: { limit: number }): Promise<CommandAnswer> {
  const events = await findBreakerEvents(database, limit);
  if (events.length === 0) return { json: events, text: 'No breaker has opened within 30 days.' };
  const rows = events.map(({ happenedAt, kind, key, state, baseline, sent, verified, byOperator }) => [
    toSecond(happenedAt),
    kind,
    key,
    byOperator ? `${state} by hand` : state,
    toPercent(baseline),
    `${verified} of ${sent}`,
  ]);
  return { json: events, text: alignColumns([['AT', 'KIND', 'KEY', 'BECAME', 'USUAL', 'VERIFIED'], ...rows]) };
}

function toPercent(part: number): string {
  return `${Math.round(part * 100)} %`;
}
