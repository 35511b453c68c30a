import { createBatcher } from '@atrium/service-kit';
import type { NewUser, SaveOutcome } from '../domain/ports.ts';
import type { Connection, Database } from './client.ts';
import { Prisma } from './generated/client.ts';
import { claimKeys, releaseKeys } from './idempotency-keys.ts';
import { saveClaims } from './phone-claims.ts';
import { isRolledBack } from './rolled-back.ts';
import { toUser, type UserRow, userColumns } from './user-rows.ts';

/** How long what is written with a new user lasts, in milliseconds. */
export interface Lifetimes {
  /** How long an unverified number is held. */
  readonly claimMs: number;
  readonly idempotencyMs: number;
}

/**
 * The write buffer: creates that arrive while a commit is under way share the next one, so that one flush of the disk
 * makes all of them durable. Nobody is answered before the commit that holds their row.
 */
export function createWriteBuffer(database: Database, lifetimes: Lifetimes): (user: NewUser) => Promise<SaveOutcome> {
  const save = (users: NewUser[]) => saveNewUsers(database, users, lifetimes);
  return createBatcher(
    async (users: NewUser[]): Promise<(SaveOutcome | Error)[]> => {
      try {
        return await save(users);
      } catch (error) {
        // PostgreSQL rolled all of it back because of one of them, or of a deadlock: each is tried alone.
        if (users.length === 1 || !isRolledBack(error)) throw error;
        return Promise.all(users.map((user) => save([user]).then(([outcome]) => outcome ?? asError(error), asError)));
      }
    },
    { maxSize: 500, concurrency: 2 },
  );
}

function asError(error: unknown): Error {
  return error instanceof Error ? error : new Error('save failed', { cause: error });
}

async function saveNewUsers(database: Database, users: NewUser[], lifetimes: Lifetimes): Promise<SaveOutcome[]> {
  const outcomes = new Map<NewUser, SaveOutcome>();
  let open = users;
  while (open.length > 0) {
    const round = withoutRivals(open);
    await database.$transaction((connection) => saveRound(connection, round, lifetimes, outcomes), {
      maxWait: 10_000,
      timeout: 10_000,
    });
    open = settleRivals(open, outcomes);
  }
  return users.map((user) => outcomes.get(user) as SaveOutcome);
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
function settleRivals(users: NewUser[], outcomes: Map<NewUser, SaveOutcome>): NewUser[] {
  const held = new Set(
    [...outcomes].filter(([, { kind }]) => kind !== 'key-used').map(([{ phoneNumber }]) => phoneNumber),
  );
  for (const user of users) {
    if (!outcomes.has(user) && held.has(user.phoneNumber)) outcomes.set(user, { kind: 'number-taken' });
  }
  return users.filter((user) => !outcomes.has(user));
}

/** Locks are taken in one order everywhere, keys before claims before users, so that transactions cannot deadlock. */
async function saveRound(
  connection: Connection,
  users: NewUser[],
  lifetimes: Lifetimes,
  outcomes: Map<NewUser, SaveOutcome>,
): Promise<void> {
  const fresh = await claimKeys(connection, users, lifetimes.idempotencyMs);
  const holders = await saveClaims(connection, fresh, lifetimes.claimMs);
  const refused = fresh.filter((user) => !holders.has(user));
  await releaseKeys(connection, refused);
  const rows = await insertUsers(
    connection,
    fresh.filter((user) => holders.has(user)),
  );
  const saved = new Map(rows.map((row) => [row.id, row]));
  for (const user of users) {
    const row = saved.get(user.id);
    if (row) outcomes.set(user, { kind: 'saved', user: toUser(row) });
    else outcomes.set(user, { kind: refused.includes(user) ? 'number-taken' : 'key-used' });
  }
}

/** The users and the outbox records that ask for their verification, by one statement. */
async function insertUsers(connection: Connection, users: NewUser[]): Promise<UserRow[]> {
  if (users.length === 0) return [];
  const column = <K extends keyof NewUser>(name: K) => users.map((user) => user[name]);
  return connection.$queryRaw<UserRow[]>(Prisma.sql`
    WITH input AS (
      SELECT * FROM unnest(
        ${column('id')}::uuid[], ${column('name')}::text[], ${column('phoneNumber')}::text[], ${column('email')}::text[],
        ${column('country')}::text[], ${column('location')}::text[], ${column('locale')}::text[],
        ${column('requestId')}::uuid[], ${column('clientId')}::text[], ${column('leaseMs')}::int[]
      ) AS input (id, name, phone_number, email, country, location, locale, request_id, client_id, lease_ms)
    ), requested AS (
      INSERT INTO outbox (id, destination, type, user_id, version, client_id, due_at)
      SELECT request_id, 'messaging', 'phone.verification-requested', id, 1, client_id,
        now() + lease_ms * interval '1 millisecond'
      FROM input
    )
    INSERT INTO users (id, name, phone_number, email, country, location, locale)
    SELECT id, name, phone_number, email, country, location, locale FROM input
    RETURNING ${userColumns}`);
}
