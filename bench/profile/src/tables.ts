import { withClient } from '@atrium/stack';
import pg from 'pg';
import { type User, userAt } from './dataset.ts';

/** The columns of Profile's users, for those whose table the bench makes. */
const users = `
  CREATE TABLE users (
    id uuid PRIMARY KEY DEFAULT uuidv7(),
    name text NOT NULL,
    phone_number text NOT NULL UNIQUE,
    email text,
    country text NOT NULL,
    location text,
    locale text,
    phone_status text NOT NULL DEFAULT 'PENDING',
    code_sent_at timestamptz(3),
    code_expires_at timestamptz(3),
    verified_at timestamptz(3),
    phone_failure text,
    created_at timestamptz(3) NOT NULL DEFAULT now(),
    updated_at timestamptz(3) NOT NULL DEFAULT now(),
    version integer NOT NULL DEFAULT 1
  )`;

/** What a search for a part of a word needs in order not to read the whole table. The extension stays out of the graph. */
const searchIndexes = `
  CREATE SCHEMA extensions;
  CREATE EXTENSION pg_trgm SCHEMA extensions;
  CREATE INDEX users_name_search ON users USING gin (name extensions.gin_trgm_ops);
  CREATE INDEX users_location_search ON users USING gin (location extensions.gin_trgm_ops)`;

/** Makes a database with the table of users and fills it; answers its URL. */
export async function makeDatabase(
  adminUrl: string,
  name: string,
  { userCount, searched }: { userCount: number; searched: boolean },
): Promise<string> {
  await withClient(adminUrl, (admin) => admin.query(`CREATE DATABASE ${pg.escapeIdentifier(name)}`));
  const url = inDatabase(adminUrl, name);
  await withClient(url, async (client) => {
    await client.query(users);
    if (searched) await client.query(searchIndexes);
    await insertUsers(client, userCount);
    await client.query('VACUUM (ANALYZE) users');
  });
  return url;
}

/** Fills Profile's own tables, past the graph: with a verified user for each place. */
export async function fillProfile(adminUrl: string, profileUrl: string, userCount: number): Promise<void> {
  await withClient(profileUrl, async (client) => {
    await insertUsers(client, userCount);
    await client.query(
      `INSERT INTO phone_claims (phone_number, user_id, verified, expires_at)
       SELECT phone_number, id, true, now() + interval '1 day' FROM users`,
    );
    await client.query(`UPDATE users SET phone_status = 'VERIFIED', verified_at = now()`);
  });
  const database = new URL(profileUrl).pathname.slice(1);
  await withClient(inDatabase(adminUrl, database), (admin) => admin.query('VACUUM (FULL, ANALYZE)'));
}

/** What a query that counts answers. */
export function countRows(url: string, sql: string): Promise<number> {
  return withClient(url, async (client) => Number((await client.query<{ count: string }>(sql)).rows[0]?.count));
}

const batchSize = 5_000;
const columns = {
  id: 'id',
  name: 'name',
  phone_number: 'phoneNumber',
  email: 'email',
  country: 'country',
  location: 'location',
  locale: 'locale',
} as const satisfies Record<string, keyof User>;

async function insertUsers(client: pg.Client, userCount: number): Promise<void> {
  const names = Object.keys(columns);
  const arrays = names.map((name, index) => `$${index + 1}::${name === 'id' ? 'uuid' : 'text'}[]`);
  const sql = `INSERT INTO users (${names.join(', ')}) SELECT * FROM unnest(${arrays.join(', ')})`;
  for (let first = 0; first < userCount; first += batchSize) {
    const length = Math.min(batchSize, userCount - first);
    const batch = Array.from({ length }, (_, index) => userAt(first + index));
    await client.query(
      sql,
      Object.values(columns).map((field) => batch.map((user) => user[field])),
    );
  }
}

function inDatabase(adminUrl: string, database: string): string {
  const url = new URL(adminUrl);
  url.pathname = `/${database}`;
  return url.href;
}
