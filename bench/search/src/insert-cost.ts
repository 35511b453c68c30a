import { withClient } from '@atrium/stack';
import type { Progress } from '../../src/progress.ts';
import { type Spread, spreadOf } from '../../src/statistics.ts';
import { figure, spreadText, toTable } from '../../src/table.ts';

const batches = 100;
const batchSize = 100;
const rounds = 5;

/** What a row costs with all that lists and searches need, and without one after the other of them. */
const steps = [
  { name: 'as it is', without: 'SELECT' },
  { name: 'without the vocabulary of typos', without: 'ALTER TABLE users DISABLE TRIGGER users_learn_words' },
  { name: '… and the search index', without: 'DROP INDEX users_search_idx' },
  { name: '… and the column of search terms', without: 'ALTER TABLE users DROP COLUMN search CASCADE' },
  { name: '… and the names by country', without: 'DROP INDEX users_country_name_key_id_idx' },
  { name: '… and the order by name, column and index', without: 'ALTER TABLE users DROP COLUMN name_key' },
  { name: '… and the index of the order by creation', without: 'DROP INDEX users_created_at_id_idx' },
];

type Client = Parameters<Parameters<typeof withClient>[1]>[0];

/**
 * Inserts users into the table at its full size, with its indexes one fewer each time, and rolls all of it back. Commits are
 * not waited for: this is what the processor does.
 */
export function measureInsertCost(url: string, progress: Progress): Promise<string> {
  return withClient(url, async (client) => {
    await client.query(`CREATE TEMP TABLE sample AS
      SELECT row_number() OVER () / ${batchSize} AS batch, name, phone_number, email, country, location, locale
      FROM (SELECT * FROM users ORDER BY random() LIMIT ${batches * batchSize}) AS users`);
    const measured = steps.map(() => ({ micros: [] as number[], walBytes: [] as number[] }));
    const bar = progress.count(rounds * steps.length, 3);
    for (let round = 0; round < rounds; round += 1) {
      for (const [place, { name }] of steps.entries()) {
        bar.step(name);
        const { micros, walBytes } = await insertWithout(
          client,
          steps.slice(0, place + 1).map(({ without }) => without),
        );
        measured[place]?.micros.push(micros);
        measured[place]?.walBytes.push(walBytes);
      }
    }
    bar.end();
    return toTable(
      ['an insert in batches of 100', 'µs a row', 'WAL bytes a row'],
      steps.map(({ name }, place) => {
        const of = measured[place] ?? { micros: [], walBytes: [] };
        return [name, spreadText(spreadOf(of.micros)), figure((spreadOf(of.walBytes) as Spread).median)];
      }),
    );
  });
}

async function insertWithout(client: Client, statements: string[]): Promise<{ micros: number; walBytes: number }> {
  await client.query('BEGIN');
  for (const statement of statements) await client.query(statement);
  const position = async () => {
    const { rows } = await client.query<{ at: string }>("SELECT pg_current_wal_insert_lsn() - '0/0' AS at");
    return Number(rows[0]?.at);
  };
  const before = await position();
  const begun = performance.now();
  for (let batch = 0; batch < batches; batch += 1) {
    await client.query(
      `INSERT INTO users (id, name, phone_number, email, country, location, locale)
       SELECT uuidv7(), name, phone_number, email, country, location, locale FROM sample WHERE batch = $1`,
      [batch],
    );
  }
  const micros = ((performance.now() - begun) * 1_000) / (batches * batchSize);
  const walBytes = ((await position()) - before) / (batches * batchSize);
  await client.query('ROLLBACK');
  return { micros, walBytes };
}
