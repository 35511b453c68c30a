import type { KeyRecord } from './key-store.ts';

/** Keys as a table for people: one line a key, columns aligned. */
export function toTable(keys: readonly KeyRecord[]): string {
  const rows = [
    ['ID', 'NAME', 'CLIENT', 'FOR', 'STATE', 'CREATED', 'EXPIRES', 'LAST USED', 'SCOPES'],
    ...keys.map((key) => [
      key.id,
      key.name,
      key.clientId,
      key.environment,
      key.state,
      toMinute(key.createdAt),
      toMinute(key.expiresAt),
      toMinute(key.lastUsedAt),
      key.scopes.join(','),
    ]),
  ];
  const widths = rows[0]?.map((_, column) => Math.max(...rows.map((row) => row[column]?.length ?? 0))) ?? [];
  return rows
    .map((row) =>
      row
        .map((cell, column) => cell.padEnd(widths[column] ?? 0))
        .join('  ')
        .trimEnd(),
    )
    .join('\n');
}

function toMinute(time: Date | null): string {
  return time === null ? 'never' : `${time.toISOString().slice(0, 16).replace('T', ' ')}Z`;
}
