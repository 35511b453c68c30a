import { randomUUID } from 'node:crypto';
import pg from 'pg';

/**
 * Copies one row of a table so often, each time with other values in these columns, and answers those values. It costs
 * one statement, where making a thousand of what the row stands for would take minutes.
 */
export async function copyRows(
  databaseUrl: string,
  table: string,
  id: string,
  columns: Readonly<Record<string, (i: number) => string>>,
  count: number,
): Promise<Record<string, string>[]> {
  const made = Array.from({ length: count }, (_, i) =>
    Object.fromEntries(Object.entries(columns).map(([name, make]) => [name, make(i)])),
  );
  const client = new pg.Client({ connectionString: databaseUrl });
  await client.connect();
  try {
    const { rows } = await client.query<{ name: string }>(
      "SELECT attname AS name FROM pg_attribute WHERE attrelid = $1::regclass AND attnum > 0 AND attgenerated = '' AND NOT attisdropped",
      [table],
    );
    const name = pg.escapeIdentifier(table);
    const written = rows.map((row) => pg.escapeIdentifier(row.name));
    await client.query(
      `INSERT INTO ${name} (${written.join(', ')}) SELECT ${written.map((each) => `copy.${each}`).join(', ')}
       FROM ${name} original, jsonb_array_elements($2::jsonb) change, LATERAL jsonb_populate_record(original, change) copy
       WHERE original.id = $1`,
      [id, JSON.stringify(made)],
    );
  } finally {
    await client.end();
  }
  return made;
}

/** A new id in the place of a column. */
export const anotherId = (): string => randomUUID();
