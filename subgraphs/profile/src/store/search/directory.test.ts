import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import pg from 'pg';
import type { UserDirectory } from '../../domain/ports.ts';
import type { Position, UserOrder, UserSelection } from '../../domain/user-query.ts';
import { startTestStore, type TestStore } from '../../testing/store.ts';
import { openDatabase } from '../client.ts';
import { createUserDirectory } from './directory.ts';

let store: TestStore;
let client: pg.Client;
const everybody: UserSelection = {
  search: undefined,
  countries: undefined,
  statuses: undefined,
  createdFrom: undefined,
  createdBefore: undefined,
};

/** Few names, places and times for many users, so that all orders have ties. */
const given = [
  'Maria',
  'Mario',
  'Mariana',
  'María',
  'Marie',
  'Asha',
  'Ashan',
  '王小明',
  '王小美',
  'Krishnamurthy',
  'Krishnamurti',
];
const family = ['Rao', 'Maria', 'Garcia', '', 'Garsia'];
const places = ['Pune', 'Maria', null, 'Roma', '王府井'];
const countries = ['IN', 'ES', 'TW'];
const statuses = ['PENDING', 'CODE_SENT', 'VERIFIED', 'FAILED'];
const userCount = 150;

beforeAll(async () => {
  store = await startTestStore();
  client = new pg.Client({ connectionString: store.url });
  client.on('error', () => {});
  await client.connect();
  for (let index = 0; index < userCount; index += 1) {
    const pick = <T>(list: readonly T[], step: number) => list[(index * step) % list.length] as T;
    await client.query(
      `INSERT INTO users (id, name, location, country, phone_status, phone_number, created_at)
       VALUES ($1, $2, $3, $4, $5, '+919800000000', $6)`,
      [
        randomUUID(),
        `${pick(given, 7)} ${pick(family, 3)}`,
        pick(places, 2),
        pick(countries, 5),
        pick(statuses, 3),
        new Date(Date.UTC(2026, 0, 1) + Math.floor(index / 4)),
      ],
    );
  }
  // What the tables' size says counts for how they are read.
  await client.query('ANALYZE users');
});
afterAll(async () => {
  await client.end();
  await store.close();
});

const selections: [string, Partial<UserSelection>][] = [
  ['everybody', {}],
  ['a common word', { search: 'maria' }],
  ['a word with a typo', { search: 'krishnamurtya' }],
  ['two words', { search: 'mar pun' }],
  ['a Han character', { search: '王' }],
  ['a country', { countries: ['ES', 'TW'] }],
  ['a status', { statuses: ['FAILED', 'PENDING'] }],
  [
    'all filters',
    {
      search: 'mari',
      countries: ['IN', 'ES'],
      statuses: ['PENDING', 'VERIFIED'],
      createdFrom: new Date(Date.UTC(2026, 0, 1) + 5),
      createdBefore: new Date(Date.UTC(2026, 0, 1) + 50),
    },
  ],
];
const orders: UserOrder[] = (['CREATED_AT', 'NAME', 'RELEVANCE'] as const).flatMap((field) => [
  { field, direction: 'ASC' },
  { field, direction: 'DESC' },
]);
const cases = selections.flatMap(([what, selection]) =>
  orders
    .filter(({ field }) => field !== 'RELEVANCE' || selection.search !== undefined)
    .map((order) => ({
      what,
      selection: { ...everybody, ...selection },
      order,
      title: `${order.field} ${order.direction}`,
    })),
);

/** All of a list, page by page from one end. */
async function walk(
  directory: UserDirectory,
  selection: UserSelection,
  order: UserOrder,
  size: number,
  backwards: boolean,
) {
  const seen: Position[] = [];
  for (;;) {
    const end = seen.at(-1);
    const [after, before] = backwards ? [undefined, end] : [end, undefined];
    const page = await directory.findPage({ selection, order, take: size, backwards, after, before });
    seen.push(...page);
    if (page.length < size) return seen;
  }
}

test.each(cases)(
  '$what by $title: pages of any size, from either end, make up the list without gap or repeat',
  async ({ selection, order }) => {
    const whole = createUserDirectory(store.database, { frontSize: 10 * userCount });
    const all = await walk(whole, selection, order, 1_000, false);
    const ids = all.map(({ id }) => id);
    expect(new Set(ids).size).toBe(await whole.count(selection));
    expect(ids.length).toBeGreaterThan(10);
    expect(all).toEqual(await expected(ids, order, all));
    for (const frontSize of [1, 15, 10 * userCount]) {
      const directory = createUserDirectory(store.database, { frontSize });
      for (const size of [2, 7, 40].filter((pageSize) => pageSize * 25 > ids.length)) {
        const forwards = await walk(directory, selection, order, size, false);
        expect(forwards).toEqual(all);
        const backwards = await walk(directory, selection, order, size, true);
        expect(backwards.toReversed()).toEqual(all);
      }
    }
  },
);

test.each(cases)(
  '$what by $title: a page between two cursors is what lies between them',
  async ({ selection, order }) => {
    const directory = createUserDirectory(store.database, { frontSize: 15 });
    const all = await walk(directory, selection, order, 1_000, false);
    for (const [from, to] of [
      [0, 9],
      [3, 4],
      [2, all.length - 1],
    ] as const) {
      const [after, before] = [all[from], all[to]];
      for (const backwards of [false, true]) {
        const page = await directory.findPage({ selection, order, take: 5, backwards, after, before });
        const between = all.slice(from + 1, to);
        expect(page).toEqual(backwards ? between.toReversed().slice(0, 5) : between.slice(0, 5));
      }
    }
  },
);

test('what takes longer than is allowed is given up with TIMEOUT', async () => {
  const impatient = openDatabase(store.url, 1, { statementTimeoutMs: 100 });
  const directory = createUserDirectory(impatient);
  await client.query('BEGIN');
  await client.query('LOCK TABLE users IN ACCESS EXCLUSIVE MODE');
  const selection = { ...everybody, search: 'maria' };
  const order = { field: 'RELEVANCE', direction: 'DESC' } as const;
  const page = { selection, order, take: 1, backwards: false, after: undefined, before: undefined };
  await expect(directory.findPage(page)).rejects.toMatchObject({ code: 'TIMEOUT' });
  await expect(directory.count(selection)).rejects.toMatchObject({ code: 'TIMEOUT' });
  await client.query('ROLLBACK');
  expect(await directory.findPage(page)).toHaveLength(1);
  await impatient.$disconnect();
});

/** The list as PostgreSQL sorts it without an index, and without pages. */
async function expected(ids: string[], { field, direction }: UserOrder, all: Position[]): Promise<Position[]> {
  const rankOf = new Map(all.map(({ id, values }) => [id, values]));
  const ranks = ids.map((id) => (field === 'RELEVANCE' ? Number(rankOf.get(id)?.[0]) : 0));
  const key = field === 'NAME' ? 'fold_text(name) COLLATE "C"' : 'created_at';
  const rank = direction === 'DESC' ? 'rank ASC' : 'rank DESC';
  const { rows } = await client.query<{ id: string }>(
    `SELECT users.id FROM users JOIN unnest($1::uuid[], $2::int[]) AS listed (id, rank) USING (id)
     ORDER BY ${rank}, ${key} ${direction}, users.id ${direction}`,
    [ids, ranks],
  );
  return rows.map(({ id }) => ({ id, values: rankOf.get(id) ?? [] }));
}
