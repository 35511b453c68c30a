import { alignColumns } from '@atrium/service-kit/text-table';
import { toSecond } from '../operator-command.ts';
import type { DeniedNumber, StoredPhoneRule } from '../store/phone-policy-store.ts';

/** Rules as a table for people: one line a rule. */
export function toRuleTable(rules: readonly StoredPhoneRule[]): string {
  return alignColumns([
    ['KIND', 'VALUE', 'EFFECT', 'SINCE', 'REASON'],
    ...rules.map(({ kind, value, effect, createdAt, reason }) => [
      kind.toLowerCase(),
      value,
      effect.toLowerCase(),
      toSecond(createdAt),
      reason ?? '',
    ]),
  ]);
}

/** Denied numbers as a table for people, by the beginnings of their hashes. */
export function toDeniedNumberTable(numbers: readonly (Omit<DeniedNumber, 'numberHash'> & { hash: string })[]): string {
  return alignColumns([
    ['DENIED NUMBER', 'SINCE', 'UNTIL', 'REASON'],
    ...numbers.map(({ hash, createdAt, expiresAt, reason }) => [
      hash,
      toSecond(createdAt),
      expiresAt ? toSecond(expiresAt) : 'for ever',
      reason ?? '',
    ]),
  ]);
}
