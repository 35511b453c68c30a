import { createBatcher, newId } from '@atrium/service-kit';
import type { UpdateOutcome, UserChange } from '../domain/ports.ts';
import type { Subscriptions } from '../domain/subscriptions.ts';
import type { Database } from './client.ts';
import { Prisma } from './generated/client.ts';
import { writeInParts } from './in-parts.ts';
import { despiteOthers } from './in-transaction.ts';
import type { BufferBound } from './save-new-users.ts';
import { tellSubscribers } from './tell-subscribers.ts';
import { toUser, type UserRow, userColumns } from './user-rows.ts';

/** A user after one change of a batch, or as they were when it did not apply. */
interface Step extends UserRow {
  position: number;
  applied: boolean;
}

/**
 * The write buffer's half for updates: those that arrive while a commit is under way share the next one. Batches follow
 * one another, so that the changes of this process to one user apply in the order in which they came.
 */
export function createUpdateBuffer(
  database: Database,
  subscriptions: Subscriptions,
  { maxWaiting }: BufferBound,
): (change: UserChange) => Promise<UpdateOutcome> {
  return createBatcher<UserChange, UpdateOutcome>(
    (changes) => writeInParts(changes, (part) => updateUsers(database, subscriptions, part)),
    { maxSize: 500, concurrency: 1, maxWaiting },
  );
}

async function updateUsers(
  database: Database,
  subscriptions: Subscriptions,
  changes: readonly UserChange[],
): Promise<UpdateOutcome[]> {
  const steps = await despiteOthers(() => writeChanges(database, subscriptions, changes));
  const found = new Map(steps.map((step) => [step.position, step]));
  return changes.map((_, position) => {
    const step = found.get(position);
    if (!step) return { kind: 'not-found' };
    return step.applied ? { kind: 'updated', user: toUser(step) } : { kind: 'conflict', current: toUser(step) };
  });
}

/**
 * All changes by one statement. Users are locked in the order of their ids, so that batches of two processes cannot
 * deadlock. The changes of one user are then applied one upon the other: each sees what the one before it left, version
 * included, and `users` is written once with what the last one left. JSON tells a null that clears from an absent field.
 */
function writeChanges(
  database: Database,
  subscriptions: Subscriptions,
  changes: readonly UserChange[],
): Promise<Step[]> {
  return database.$queryRaw<Step[]>(Prisma.sql`
    WITH RECURSIVE input AS (
      SELECT *, position::int - 1 AS place, row_number() OVER (PARTITION BY user_id ORDER BY position)::int AS nth
      FROM unnest(
        ${changes.map(({ id }) => id)}::uuid[],
        ${changes.map(({ expectedVersion }) => expectedVersion ?? null)}::int[],
        ${changes.map(({ details }) => JSON.stringify(details))}::jsonb[], ${changes.map(({ clientId }) => clientId)}::text[],
        ${changes.map(() => newId())}::uuid[]
      ) WITH ORDINALITY AS input (user_id, expected_version, details, client_id, event_id, position)
    ), locked AS MATERIALIZED (
      SELECT users FROM users WHERE id IN (SELECT user_id FROM input) ORDER BY id FOR UPDATE
    ), steps AS (
      SELECT users AS person, NULL::int AS place, 0 AS nth, false AS applied FROM locked
      UNION ALL
      SELECT
        CASE WHEN applies THEN jsonb_populate_record(
          person, details || jsonb_build_object('version', (person).version + 1, 'updated_at', now())
        ) ELSE person END,
        input.place, input.nth, applies
      FROM steps
        JOIN input ON input.user_id = (person).id AND input.nth = steps.nth + 1
        CROSS JOIN LATERAL (SELECT coalesce(expected_version = (person).version, true) AS applies) AS judged
    ), written AS (
      UPDATE users SET
        name = (person).name, country = (person).country, location = (person).location, email = (person).email,
        locale = (person).locale, version = (person).version, updated_at = (person).updated_at
      FROM (
        SELECT DISTINCT ON ((person).id) person FROM steps WHERE applied ORDER BY (person).id, nth DESC
      ) AS last
      WHERE users.id = (person).id
      RETURNING users AS person
    ), applied AS (
      SELECT (person).id, (person).version, client_id, event_id FROM steps JOIN input USING (place) WHERE applied
    ) ${tellSubscribers(subscriptions, 'user.updated', Prisma.sql`applied`)}
    SELECT ${userColumns}, place AS position, applied FROM (
      SELECT (coalesce(written.person, steps.person)).*, place, applied
      FROM steps LEFT JOIN written
        ON (written.person).id = (steps.person).id AND (written.person).version = (steps.person).version
      WHERE place IS NOT NULL
    ) AS users`);
}
