import { type CommandAnswer, CommandFault } from '@atrium/service-kit/command-line';
import { hashApiKey, newApiKey } from './api-key.ts';
import type { Expiry } from './key-arguments.ts';
import type { KeyRecord } from './key-record.ts';
import type { KeyStore } from './key-store.ts';
import { toPage, toTable } from './key-table.ts';
import type { Scope } from './scopes.ts';

/** What `create` is told. */
export interface CreateOptions {
  name: string;
  scopes: Scope[];
  client?: string;
  expires?: Expiry;
  requestsPerMinute?: number;
  live?: true;
  by: string;
}

/** Makes a key. */
export async function create(store: KeyStore, options: CreateOptions): Promise<CommandAnswer> {
  const environment = options.live ? 'live' : 'test';
  const { id, key } = newApiKey(environment);
  const { expires = {} as Partial<{ expiresAt: Date; lifetimeSeconds: number }> } = options;
  const record = await store.create({
    id,
    name: options.name,
    clientId: options.client ?? id,
    hash: hashApiKey(key),
    scopes: options.scopes,
    environment,
    expiresAt: 'expiresAt' in expires ? expires.expiresAt : undefined,
    lifetimeSeconds: 'lifetimeSeconds' in expires ? expires.lifetimeSeconds : undefined,
    requestsPerMinute: options.requestsPerMinute,
    by: options.by,
  });
  if (!record) throw new CommandFault('The key would have expired already. Give --expires a time to come.');
  return shownOnce(key, record);
}

/** Shows all keys. */
export async function list(store: KeyStore): Promise<CommandAnswer> {
  const keys = await store.list();
  return { json: keys, text: toTable(keys) };
}

/** Shows all of one key. */
export async function show(store: KeyStore, id: string): Promise<CommandAnswer> {
  const [key, events] = await Promise.all([store.find(id), store.history(id)]);
  if (!key) throw unknownKey(id);
  return { json: { ...key, events }, text: toPage(key, events) };
}

/** Puts a new key in the place of one. */
export async function rotate(
  store: KeyStore,
  id: string,
  { overlap, by }: { overlap: number; by: string },
): Promise<CommandAnswer> {
  const before = await store.find(id);
  if (!before) throw unknownKey(id);
  const { id: newId, key } = newApiKey(before.environment);
  const outcome = await store.rotate(id, { id: newId, hash: hashApiKey(key), overlapSeconds: overlap, by });
  if (!outcome?.rotated) throw notRotated(outcome?.old ?? before);
  const { old, created } = outcome;
  const until = old.state === 'rotating' ? `is good until ${old.expiresAt?.toISOString()}` : 'is refused from now on';
  const answer = shownOnce(key, created);
  return { json: { ...answer.json, replaced: old }, text: `${answer.text}\nThe old key, ${old.id}, ${until}.` };
}

/** Refuses a key from now on. */
export async function revoke(store: KeyStore, id: string, { by }: { by: string }): Promise<CommandAnswer> {
  const key = await store.revoke(id, by);
  if (!key) throw unknownKey(id);
  return { json: key, text: `${key.id} (${key.name}) is revoked since ${key.revokedAt?.toISOString()}.` };
}

function shownOnce(key: string, record: KeyRecord): CommandAnswer {
  return {
    json: { key, ...record },
    text: `${toTable([record])}\n\n${key}\n\nKeep it now: it is not shown again.`,
  };
}

function unknownKey(id: string): CommandFault {
  return new CommandFault(`There is no key ${JSON.stringify(id)}. See keys list.`);
}

function notRotated({ id, state, replacedBy }: KeyRecord): CommandFault {
  if (state === 'rotating')
    return new CommandFault(`${id} is being rotated to ${replacedBy} already. Rotate that one.`);
  return new CommandFault(`${id} is ${state} and cannot be rotated. Make a key with keys create.`);
}
