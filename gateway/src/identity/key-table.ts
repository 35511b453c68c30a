import { alignColumns } from '@atrium/service-kit/text-table';
import type { KeyEvent, KeyRecord } from './key-record.ts';
import { scopes } from './scopes.ts';

/** Keys as a table for people: one line a key. */
export function toTable(keys: readonly KeyRecord[]): string {
  return alignColumns([
    ['ID', 'NAME', 'CLIENT', 'FOR', 'STATE', 'RATE', 'CREATED', 'EXPIRES', 'LAST USED', 'SCOPES'],
    ...keys.map((key) => [
      key.id,
      key.name,
      key.clientId,
      key.environment,
      key.state,
      toRate(key),
      toMinute(key.createdAt),
      toMinute(key.expiresAt),
      toMinute(key.lastUsedAt),
      toScopeList(key),
    ]),
  ]);
}

/** All of one key, with its audit trail. */
export function toPage(key: KeyRecord, events: readonly KeyEvent[]): string {
  const facts = [
    ['id', key.id],
    ['name', key.name],
    ['client', key.clientId],
    ['for', key.environment],
    ['state', key.state],
    ['replaced by', key.replacedBy],
    ['scopes', toScopeList(key)],
    ['requests a minute', toRate(key)],
    ['created', toSecond(key.createdAt)],
    ['expires', key.expiresAt ? toSecond(key.expiresAt) : 'never'],
    ['revoked', key.revokedAt && toSecond(key.revokedAt)],
    ['last used', key.lastUsedAt ? toSecond(key.lastUsedAt) : 'never'],
  ].filter((fact): fact is [string, string] => fact[1] !== null);
  const trail = events.map(({ event, at, by, details }) => [event, toSecond(at), by ?? '', toText(details)]);
  return `${alignColumns(facts)}\n\n${alignColumns([['EVENT', 'AT', 'BY', 'DETAILS'], ...trail])}`;
}

function toScopeList(key: KeyRecord): string {
  return scopes.every((scope) => key.scopes.includes(scope)) ? 'all' : key.scopes.join(',');
}

function toRate({ requestsPerMinute }: KeyRecord): string {
  return requestsPerMinute === null ? 'default' : String(requestsPerMinute);
}

function toText(details: Record<string, unknown>): string {
  return Object.entries(details)
    .filter(([, value]) => value !== null)
    .map(([name, value]) => `${name}=${Array.isArray(value) ? value.join(',') : value}`)
    .join(' ');
}

function toMinute(time: Date | null): string {
  return time === null ? 'never' : `${time.toISOString().slice(0, 16).replace('T', ' ')}Z`;
}

function toSecond(time: Date): string {
  return `${time.toISOString().slice(0, 19).replace('T', ' ')}Z`;
}
