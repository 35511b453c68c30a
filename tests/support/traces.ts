import { createHash } from 'node:crypto';
import { readdirSync, readFileSync } from 'node:fs';
import { join, relative } from 'node:path';
import pg from 'pg';
import type { System } from './system.ts';

/** What is known of a person, to be looked for. */
export interface Known {
  /** Texts that nobody else's data holds. */
  texts: string[];
  /** In E.164 form. */
  phoneNumbers: string[];
}

/**
 * Every place of a system that holds something of a person: rows of any table of any database, what PostgreSQL shows of
 * statements, and all files of the data folder but PostgreSQL's own data. Texts are found in whatever case, as bytes, in
 * hexadecimal and in base64; numbers however their digits are grouped, and as hashes without a key.
 */
export async function tracesOf(system: System, known: Known): Promise<string[]> {
  const holds = createSearch(known);
  const inDatabases = await Promise.all(
    ['postgres', ...Object.values(system.databases).map((url) => new URL(url).pathname.slice(1))].map((database) =>
      tracesInDatabase(system.adminDatabaseUrl, database, holds),
    ),
  );
  return [...new Set([...inDatabases.flat(), ...tracesInFiles(system.dataDir, holds)])].sort();
}

type Search = (haystack: string) => boolean;

function createSearch({ texts, phoneNumbers }: Known): Search {
  const plain = [...texts, ...phoneNumbers].flatMap((text) => [text, ...encodedForms(Buffer.from(text))]);
  const spellings = phoneNumbers.flatMap((number) => [number, number.slice(1), nationalDigits(number)]);
  const hashes = spellings.flatMap((text) =>
    ['md5', 'sha1', 'sha256', 'sha512'].flatMap((algorithm) => {
      const hash = createHash(algorithm).update(text).digest();
      return [hash.toString('hex'), hash.toString('base64').replace(/=+$/, ''), hash.toString('base64url')];
    }),
  );
  const needles = [...plain, ...hashes].map((needle) => needle.toLowerCase());
  const digits = phoneNumbers.map(nationalDigits);
  return (haystack) => {
    const text = haystack.toLowerCase();
    const ungrouped = text.replace(/(?<=\d)[\s().\-/\u00a0]+(?=\d)/g, '');
    return needles.some((needle) => text.includes(needle)) || digits.some((number) => ungrouped.includes(number));
  };
}

/** The last ten digits, which are all of an Indian number but its country's. */
function nationalDigits(phoneNumber: string): string {
  return phoneNumber.slice(-10);
}

/** Bytes as hexadecimal, and as what base64 makes of them at each of the three places where they may begin. */
function encodedForms(bytes: Buffer): string[] {
  const base64 = [0, 1, 2].map((offset) => {
    const encoded = Buffer.concat([Buffer.alloc(offset), bytes])
      .toString('base64')
      .replace(/=+$/, '');
    return encoded.slice(Math.ceil((offset * 8) / 6), -1);
  });
  return [bytes.toString('hex'), ...base64];
}

async function tracesInDatabase(adminUrl: string, database: string, holds: Search): Promise<string[]> {
  const url = new URL(adminUrl);
  url.pathname = database;
  const client = new pg.Client({ connectionString: url.href });
  await client.connect();
  try {
    const { rows: tables } = await client.query<{ name: string }>(
      `SELECT format('%I.%I', nspname, relname) AS name
       FROM pg_class JOIN pg_namespace ON pg_namespace.oid = relnamespace
       WHERE relkind IN ('r', 'p', 'm', 'f') AND nspname NOT IN ('pg_catalog', 'information_schema') AND nspname NOT LIKE 'pg_toast%'`,
    );
    const found: string[] = [];
    for (const name of [...tables.map((table) => table.name), 'pg_stat_activity']) {
      // The statement that looks for it would find itself.
      const where = name === 'pg_stat_activity' ? 'WHERE pid <> pg_backend_pid()' : '';
      const { rows } = await client.query<{ row: string }>(
        `SELECT to_jsonb(t)::text AS row FROM ${name} AS t ${where}`,
      );
      if (rows.some(({ row }) => holds(row))) found.push(`${database}: ${name}`);
    }
    return found;
  } finally {
    await client.end();
  }
}

function tracesInFiles(dataDir: string, holds: Search): string[] {
  return readdirSync(dataDir, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name))
    .filter((path) => relative(dataDir, path).split('/')[0] !== 'postgres')
    .filter((path) => holds(path) || holds(readFileSync(path, 'latin1')) || holds(readFileSync(path, 'utf8')))
    .map((path) => relative(dataDir, path));
}
