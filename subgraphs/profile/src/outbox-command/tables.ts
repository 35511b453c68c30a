import { alignColumns } from '@atrium/service-kit/text-table';
import type { DeadLetter, OutboxCount } from '../domain/outbox-record.ts';

/** Dead letters as a table for people: one line a letter. */
export function toLetterTable(letters: readonly DeadLetter[]): string {
  return alignColumns([
    ['ID', 'DESTINATION', 'EVENT', 'USER', 'VERSION', 'HAPPENED', 'DIED', 'TRIES', 'LAST FAULT'],
    ...letters.map((letter) => [
      letter.id,
      letter.destination,
      letter.type,
      letter.userId,
      String(letter.version),
      toSecond(letter.createdAt),
      toSecond(letter.diedAt),
      String(letter.attempts),
      letter.lastFault ?? 'never tried',
    ]),
  ]);
}

/** Counts as a table for people: one line for each destination and state. */
export function toCountTable(counts: readonly OutboxCount[]): string {
  return alignColumns([
    ['DESTINATION', 'STATE', 'RECORDS', 'OLDEST'],
    ...counts.map(({ destination, state, count, oldestAgeMs }) => [
      destination,
      state,
      String(count),
      `${Math.round(oldestAgeMs / 1_000)} s`,
    ]),
  ]);
}

function toSecond(time: Date): string {
  return `${time.toISOString().slice(0, 19).replace('T', ' ')}Z`;
}
