import { type Batcher, createBatcher, newId } from '@atrium/service-kit';
import type { NewUser, SaveOutcome } from '../domain/ports.ts';
import type { Subscriptions } from '../domain/subscriptions.ts';
import type { Connection, Database } from './client.ts';
import { Prisma } from './generated/client.ts';
import { claimKeys, releaseKeys } from './idempotency-keys.ts';
import { writeInParts } from './in-parts.ts';
import { inTransaction } from './in-transaction.ts';
import { saveClaims } from './phone-claims.ts';
import { tellSubscribers } from './tell-subscribers.ts';
import { toUser, type UserRow, userColumns } from './user-rows.ts';
import { countUsers } from './user-stats.ts';

/** How long what is written with a new user lasts, in milliseconds. */
export interface Lifetimes {
  /** How long an unverified number is held. */
  readonly claimMs: number;
  readonly idempotencyMs: number;
}

type Outcomes = Map<NewUser, SaveOutcome | Error>;

/** Saves users who are nobody's rivals, in a transaction. */
type Save = (connection: Connection, users: readonly NewUser[]) => Promise<SaveOutcome[]>;

/** What the write buffer lets wait before it tells whoever comes next that it is overloaded. */
export interface BufferBound {
  readonly maxWaiting: number;
}

/**
 * The write buffer: creates that arrive while a commit is under way share the next one, so that one flush of the disk
 * makes all of them durable. Nobody is answered before the commit that holds their row.
 */
export function createWriteBuffer(
  database: Database,
  lifetimes: Lifetimes,
  subscriptions: Subscriptions,
  { maxWaiting }: BufferBound,
): Batcher<NewUser, SaveOutcome> {
  const save = (connection: Connection, users: readonly NewUser[]) =>
    saveUsers(connection, users, lifetimes, subscriptions);
  return createBatcher<NewUser, SaveOutcome>(
    async (users) => {
      const outcomes: Outcomes = new Map();
      let open = users;
      while (open.length > 0) {
        await saveRound(database, withoutRivals(open), save, outcomes);
        open = settleRivals(open, outcomes);
      }
      return users.map((user) => outcomes.get(user) as SaveOutcome | Error);
    },
    { maxSize: 500, concurrency: 2, maxWaiting },
  );
}

/** Saves users who are nobody's rivals; one whose row PostgreSQL refuses fails alone. */
async function saveRound(database: Database, users: NewUser[], save: Save, outcomes: Outcomes): Promise<void> {
  const saved = await writeInParts(users, (part) => inTransaction(database, (connection) => save(connection, part)));
  for (const [index, user] of users.entries()) outcomes.set(user, saved[index] as SaveOutcome | Error);
}

/** One statement cannot decide twice about one row, so of those who want the same number or key one goes first. */
function withoutRivals(users: NewUser[]): NewUser[] {
  const wanted = new Set<string>();
  return users.filter(({ phoneNumber, idempotency }) => {
    const wants = [phoneNumber, ...(idempotency ? [`${idempotency.clientId} ${idempotency.keyHash}`] : [])];
    if (wants.some((want) => wanted.has(want))) return false;
    for (const want of wants) wanted.add(want);
    return true;
  });
}

/** Who has no outcome yet; rivals for a number that is held by now need no round of their own to lose. */
function settleRivals(users: NewUser[], outcomes: Outcomes): NewUser[] {
  const held = new Set<string>();
  for (const [{ phoneNumber }, outcome] of outcomes) {
    if (!(outcome instanceof Error) && outcome.kind !== 'key-used') held.add(phoneNumber);
  }
  for (const user of users) {
    if (!outcomes.has(user) && held.has(user.phoneNumber)) outcomes.set(user, { kind: 'number-taken' });
  }
  return users.filter((user) => !outcomes.has(user));
}

/** Locks are taken in one order everywhere, keys before claims before users, so that transactions cannot deadlock. */
async function saveUsers(
  connection: Connection,
  users: readonly NewUser[],
  lifetimes: Lifetimes,
  subscriptions: Subscriptions,
): Promise<SaveOutcome[]> {
  const fresh = await claimKeys(connection, users, lifetimes.idempotencyMs);
  const holders = await saveClaims(connection, fresh, lifetimes.claimMs, subscriptions);
  const refused = new Set(fresh.filter((user) => !holders.has(user)));
  await releaseKeys(connection, [...refused]);
  const rows = await insertUsers(connection, [...holders], subscriptions);
  const saved = new Map(rows.map((row) => [row.id, row]));
  return users.map((user) => {
    const row = saved.get(user.id);
    if (row) return { kind: 'saved', user: toUser(row) };
    return { kind: refused.has(user) ? 'number-taken' : 'key-used' };
  });
}

/** The users, the outbox records that ask for their verification, what subscribers are told and the count, by one statement. */
async function insertUsers(connection: Connection, users: NewUser[], subscriptions: Subscriptions): Promise<UserRow[]> {
  if (users.length === 0) return [];
  const column = <K extends keyof NewUser>(name: K) => users.map((user) => user[name]);
  return connection.$queryRaw<UserRow[]>(Prisma.sql`
    WITH input AS (
      SELECT * FROM unnest(
        ${column('id')}::uuid[], ${column('name')}::text[], ${column('phoneNumber')}::text[], ${column('email')}::text[],
        ${column('country')}::text[], ${column('location')}::text[], ${column('locale')}::text[],
        ${column('requestId')}::uuid[], ${column('clientId')}::text[], ${column('leaseMs')}::int[],
        ${users.map(() => newId())}::uuid[]
      ) AS input (id, name, phone_number, email, country, location, locale, request_id, client_id, lease_ms, event_id)
    ), requested AS (
      INSERT INTO outbox (id, destination, type, user_id, version, client_id, due_at)
      SELECT request_id, 'messaging', 'phone.verification-requested', id, 1, client_id,
        now() + lease_ms * interval '1 millisecond'
      FROM input
    ) ${tellSubscribers(subscriptions, 'user.created', Prisma.sql`(SELECT *, 1 AS version FROM input)`)}
    ${countUsers('created', Prisma.sql`input`)}
    INSERT INTO users (id, name, phone_number, email, country, location, locale)
    SELECT id, name, phone_number, email, country, location, locale FROM input
    RETURNING ${userColumns}`);
}
