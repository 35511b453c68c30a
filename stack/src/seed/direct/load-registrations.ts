import type pg from 'pg';
import { withClient } from '../../postgres/provision.ts';
import { type Registration, registrations } from './registrations.ts';

const batchSize = 2_000;

/** How many users to load into a Profile's database, and which. */
export interface LoadOptions {
  url: string;
  count: number;
  seed: number;
  onProgress?: (loaded: number) => void;
}

/**
 * Writes users straight into Profile's database, past the graph: no codes, no pictures, no events, and so a thousand times
 * as quick. Those who are there already stay as they are. Answers how many were added.
 */
export function loadRegistrations({ url, count, seed, onProgress }: LoadOptions): Promise<number> {
  return withClient(url, async (client) => {
    let added = 0;
    for (const batch of batches(registrations(count, seed))) {
      added += await insert(client, batch);
      onProgress?.(batch.length);
    }
    // The planner learns of them, and what waits to enter the search index does.
    await client.query('VACUUM (ANALYZE) users');
    await client.query('VACUUM (ANALYZE) search_vocabulary');
    return added;
  });
}

function* batches(all: Iterable<Registration>): Generator<Registration[]> {
  let batch: Registration[] = [];
  for (const one of all) {
    batch.push(one);
    if (batch.length < batchSize) continue;
    yield batch;
    batch = [];
  }
  if (batch.length > 0) yield batch;
}

async function insert(client: pg.Client, batch: Registration[]): Promise<number> {
  const column = <K extends keyof Registration>(name: K) => batch.map((one) => one[name]);
  const { rows } = await client.query<{ added: number }>(
    `WITH input AS (
       SELECT * FROM unnest(
         $1::uuid[], $2::text[], $3::text[], $4::text[], $5::text[], $6::text[], $7::text[], $8::phone_verification_status[],
         $9::timestamptz[]
       ) AS input (id, name, phone_number, email, country, location, locale, status, created_at)
     ), added AS (
       INSERT INTO users (id, name, phone_number, email, country, location, locale, phone_status, created_at, updated_at, verified_at)
       SELECT id, name, phone_number, email, country, location, locale, status, created_at, created_at,
         CASE WHEN status = 'VERIFIED' THEN created_at END
       FROM input ON CONFLICT DO NOTHING
       RETURNING id, phone_number, phone_status, created_at
     ), claimed AS (
       INSERT INTO phone_claims (phone_number, user_id, verified, expires_at)
       SELECT phone_number, id, phone_status = 'VERIFIED', created_at + interval '24 hours'
       FROM added WHERE phone_status <> 'FAILED' ON CONFLICT DO NOTHING
     )
     SELECT count(*)::int AS added FROM added`,
    [
      column('id'),
      column('name'),
      column('phoneNumber'),
      column('email'),
      column('country'),
      column('location'),
      column('locale'),
      column('status'),
      column('createdAt'),
    ],
  );
  return rows[0]?.added ?? 0;
}
