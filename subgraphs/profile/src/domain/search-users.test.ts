import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { createdUser, freshNumber, mutate, untilWordsAreForgotten } from '../testing/flows.ts';
import { type Answer, type Harness, startHarness } from '../testing/harness.ts';

let harness: Harness;
beforeAll(async () => {
  harness = await startHarness();
  for (const [name, location, country] of people) await addUser({ name, location, country });
});
afterAll(() => harness.close());

const people: [name: string, location: string | null, country: string][] = [
  ['Maria García', 'Cádiz', 'ES'],
  ['Mario Rossi', 'Roma', 'IT'],
  ['Mariana Silva', 'São Paulo', 'BR'],
  ['José Ángel Nuñez', 'Mérida', 'MX'],
  ['Łukasz Wiśniewski', 'Łódź', 'PL'],
  ["Sinéad O'Brien", 'Besançon', 'FR'],
  ['Jürgen Groß', 'Köln', 'DE'],
  ['Krishnamurthy Iyer', 'Pune', 'IN'],
  ['Pune Deshpande', 'Nagpur', 'IN'],
  ['Asha Rao', 'Pune', 'IN'],
  ['Ashalata Kulkarni', 'Surat', 'IN'],
  ['आशा शर्मा', 'दिल्ली', 'IN'],
  ['लक्ष्मी श्रीवास्तव', 'वाराणसी', 'IN'],
  ['أحمد عبد الرحمٰن', 'الإسكندرية', 'EG'],
  ['Ёлкина Наталья', 'Алматы', 'KZ'],
  ['Αθηνά Παπαδοπούλου', 'Θεσσαλονίκη', 'GR'],
  ['שָׂרָה כהן', 'תל אביב', 'IL'],
  ['王小明', '臺北', 'TW'],
  ['林小美', '高雄', 'TW'],
  ['김민수', '서울', 'KR'],
  ['サトウ ハナコ', '東京', 'JP'],
  ['สมชาย ใจดี', 'เชียงใหม่', 'TH'],
  ['İpek Yıldız', 'Diyarbakır', 'TR'],
  ['Nguyễn Đức', 'Đà Nẵng', 'VN'],
  ['Al', null, 'US'],
  ['100% _Real_ \\Name\\', null, 'US'],
];

/** Whoever writes rows need not know of the search. */
async function addUser(user: { name: string; location?: string | null; country?: string }): Promise<string> {
  const { name, location = null, country = 'IN' } = user;
  const id = randomUUID();
  await harness.sql('INSERT INTO users (id, name, location, country, phone_number) VALUES ($1, $2, $3, $4, $5)', [
    id,
    name,
    location,
    country,
    freshNumber(),
  ]);
  return id;
}

interface Users {
  users: { totalCount: number; edges: { cursor: string; node: { name: string } }[] } | null;
}

const document = `query ($search: String, $filter: UserFilter, $orderBy: UserOrder, $first: Int, $after: String, $before: String) {
  users(search: $search, filter: $filter, orderBy: $orderBy, first: $first, after: $after, before: $before) {
    totalCount edges { cursor node { name } }
  }
}`;

const ask = (variables: object): Promise<Answer<Users>> => harness.ask<Users>(document, variables);

async function list(variables: object) {
  const { data, errors } = await ask(variables);
  if (!data?.users) throw new Error(JSON.stringify(errors));
  return data.users;
}

/** The names that are found, best first. */
async function find(search: string, more: object = {}): Promise<string[]> {
  const { edges, totalCount } = await list({ search, first: 100, ...more });
  expect(totalCount).toBe(edges.length);
  return edges.map(({ node }) => node.name);
}

describe('a user is found', () => {
  test.each([
    ['by a word of the name', 'maria', 'Maria García'],
    ['whatever the case', 'MARIA', 'Maria García'],
    ['without accents', 'jose nunez', 'José Ángel Nuñez'],
    ['with accents that the name has not', 'ásha ráo', 'Asha Rao'],
    ['without letters that are no accents', 'lukasz lodz', 'Łukasz Wiśniewski'],
    ['with ss for ß', 'gross', 'Jürgen Groß'],
    ['without an apostrophe', 'obrien', "Sinéad O'Brien"],
    ['with another apostrophe', 'O’Brien', "Sinéad O'Brien"],
    ['with a dotless i for a dotted one', 'ıpek yildiz', 'İpek Yıldız'],
    ['by the location', 'cadiz', 'Maria García'],
    ['by name and location in any order', 'koln jurgen', 'Jürgen Groß'],
    ['by the beginning of a word', 'krishna', 'Krishnamurthy Iyer'],
    ['with a letter too few', 'mara garcia', 'Maria García'],
    ['with a letter too many', 'mmaria garcia', 'Maria García'],
    ['with a wrong letter', 'maria garzia', 'Maria García'],
    ['with two letters swapped', 'mraia garcia', 'Maria García'],
    ['with a typo in the first letter', 'narcia', 'Maria García'],
    ['with two typos in a long word', 'krishnamurti', 'Krishnamurthy Iyer'],
    ['with a typo in the location', 'ctdiz', 'Maria García'],
    ['in Devanagari', 'आशा', 'आशा शर्मा'],
    ['in Devanagari with a typo', 'श्रीवस्तव', 'लक्ष्मी श्रीवास्तव'],
    ['in Arabic without hamza, vowels and article', 'احمد اسكندريه', 'أحمد عبد الرحمٰن'],
    ['in Cyrillic with е for ё', 'елкина', 'Ёлкина Наталья'],
    ['in Cyrillic with a typo', 'НАТЛЬЯ', 'Ёлкина Наталья'],
    ['in Greek without accents', 'ΑΘΗΝΑ', 'Αθηνά Παπαδοπούλου'],
    ['in Hebrew without points', 'שרה', 'שָׂרָה כהן'],
    ['in Vietnamese without marks', 'nguyen duc da nang', 'Nguyễn Đức'],
    ['in Thai', 'สมชาย', 'สมชาย ใจดี'],
    ['by one Han character', '王', '王小明'],
    ['by a part of a Han name', '小明', '王小明'],
    ['by a Han location', '臺北', '王小明'],
    ['by a given name in Hangul', '민수', '김민수'],
    ['in hiragana for katakana', 'はなこ', 'サトウ ハナコ'],
    ['in half-width katakana', 'ﾊﾅｺ', 'サトウ ハナコ'],
    ['by two letters', 'al', 'Al'],
  ])('%s: %s', async (_, search, name) => {
    expect((await find(search))[0]).toBe(name);
  });

  test('by a Han name of which one character is another', async () => {
    expect(await find('王小朋')).toEqual(['王小明']);
  });
});

test('noise finds nobody', async () => {
  for (const search of ['xqzvw', 'maria xqzvw', 'marqzz', 'asa', 'пушкин', '周杰倫', 'ก', '1234567', 'garciagarcia']) {
    expect({ search, found: await find(search) }).toEqual({ search, found: [] });
  }
});

test('the best match comes first: names, locations, beginnings, one typo, two', async () => {
  expect(await find('maria')).toEqual(['Maria García', 'Mariana Silva', 'Mario Rossi']);
  expect(await find('pune')).toEqual(['Pune Deshpande', 'Asha Rao', 'Krishnamurthy Iyer']);
  expect(await find('asha')).toEqual(['Asha Rao', 'Ashalata Kulkarni']);
  expect(await find('maria', { orderBy: { field: 'RELEVANCE', direction: 'ASC' } })).toEqual([
    'Mario Rossi',
    'Mariana Silva',
    'Maria García',
  ]);
});

test('all keywords must match', async () => {
  expect(await find('asha pune')).toEqual(['Asha Rao']);
  expect(await find('asha roma')).toEqual([]);
});

test('what has a meaning elsewhere has none here', async () => {
  const hostile = [
    '%',
    '_',
    '\\',
    "'",
    '"',
    '*',
    "') OR 1=1 --",
    "';DROP TABLE users;--",
    '%%%',
    '@',
    '#IN',
    '@pune',
    '(',
    '&|!:',
    ':*',
    '<->',
    '👩‍👩‍👧‍👦',
    '‮',
  ];
  for (const search of hostile) {
    const found = await find(search);
    // Words within them are words like any other.
    if (!/\p{L}/u.test(search)) expect({ search, found }).toEqual({ search, found: [] });
  }
  expect(await find('100% real')).toEqual(['100% _Real_ \\Name\\']);
  expect(await find('#IN')).toEqual(await find('in'));
  expect(await find('maria:*')).toEqual(await find('maria'));
  expect(await find('maria & !garcia')).toEqual(['Maria García']);
});

test('a search of blanks is none', async () => {
  for (const search of ['', '  ', '\u00a0\u3000']) expect((await find(search)).length).toBe(people.length);
});

test.each([
  [{ search: 'x'.repeat(201) }],
  [{ search: 'a\u0000b' }],
  [{ search: 'a\nb' }],
  [{ search: '\ud800' }],
  [{ search: 'a b c d e f g h i j k' }],
  [{ search: '', orderBy: { field: 'RELEVANCE' } }],
  [{ orderBy: { field: 'RELEVANCE' } }],
  [{ orderBy: { field: 'AGE' } }],
  [{ orderBy: {} }],
  [{ filter: { country: ['India'] } }],
  [{ filter: { country: Array(301).fill('IN') } }],
  [{ filter: { phoneVerificationStatus: ['SURE'] } }],
  [{ filter: { createdAfter: 'yesterday' } }],
  [{ filter: { createdAfter: '2026-02-31T00:00:00Z' } }],
  [{ filter: { createdBefore: '0000-01-01T00:00:00Z' } }],
  [{ filter: { createdBefore: 1 } }],
  [{ after: Buffer.from(`1:${randomUUID()}`).toString('base64url') }],
])('%j is BAD_USER_INPUT', async (variables) => {
  const { errors } = await ask(variables);
  expect(errors?.map(({ extensions }) => extensions.code)).toEqual(['BAD_USER_INPUT']);
});

describe('filters', () => {
  test('by country, in any case, also with a search', async () => {
    expect((await find('', { filter: { country: ['tw', 'IL'] } })).sort()).toEqual(
      ['שָׂרָה כהן', '林小美', '王小明'].sort(),
    );
    expect(await find('小', { filter: { country: ['TW'] } })).toHaveLength(2);
    expect(await find('小', { filter: { country: ['CN'] } })).toEqual([]);
    expect(await find('', { filter: { country: [] } })).toEqual([]);
    expect(await find('', { filter: { country: null } })).toHaveLength(people.length);
  });

  test('by how far the proof of the number has come', async () => {
    await harness.sql("UPDATE users SET phone_status = 'FAILED' WHERE name = 'Mario Rossi'");
    expect(await find('', { filter: { phoneVerificationStatus: ['FAILED', 'VERIFIED'] } })).toEqual(['Mario Rossi']);
    expect(await find('mari', { filter: { phoneVerificationStatus: ['FAILED'] } })).toEqual(['Mario Rossi']);
    expect(await find('maria', { filter: { phoneVerificationStatus: ['PENDING'] } })).toEqual([
      'Maria García',
      'Mariana Silva',
    ]);
    expect(await find('', { filter: { phoneVerificationStatus: [] } })).toEqual([]);
  });

  test('by the time of creation, so that ranges that touch share nobody', async () => {
    const at = '2020-05-05T05:05:05.005Z';
    await harness.sql("UPDATE users SET created_at = $1 WHERE name = 'Al'", [at]);
    expect(await find('', { filter: { createdBefore: '2020-05-05T05:05:05.006Z' } })).toEqual(['Al']);
    expect(await find('', { filter: { createdBefore: at } })).toEqual([]);
    expect(await find('', { filter: { createdAfter: at } })).toHaveLength(people.length);
    expect(
      await find('al', {
        filter: { createdAfter: '2020-05-05T10:35:05.005+05:30', createdBefore: '2021-01-01T00:00:00Z' },
      }),
    ).toEqual(['Al']);
    expect(await find('', { filter: { createdAfter: '2020-05-05T05:05:05.006Z' } })).toHaveLength(people.length - 1);
  });
});

describe('cursors', () => {
  const orders = [
    { field: 'CREATED_AT', direction: 'DESC' },
    { field: 'CREATED_AT', direction: 'ASC' },
    { field: 'NAME', direction: 'ASC' },
    { field: 'NAME', direction: 'DESC' },
    { field: 'RELEVANCE', direction: 'DESC' },
  ];

  test('one of another order is refused', async () => {
    for (const orderBy of orders) {
      const [edge] = (await list({ search: 'mari', orderBy })).edges;
      for (const other of orders) {
        for (const argument of ['after', 'before']) {
          const { errors } = await ask({ search: 'mari', orderBy: other, [argument]: edge?.cursor });
          expect(errors?.map(({ extensions }) => extensions.code) ?? []).toEqual(
            other === orderBy ? [] : ['BAD_USER_INPUT'],
          );
        }
      }
    }
  });

  test('none of them shows a name', async () => {
    for (const { cursor, node } of (await list({ orderBy: { field: 'NAME' }, first: 100 })).edges) {
      expect(Buffer.from(cursor, 'base64url').includes(node.name.toLowerCase())).toBe(false);
      if (node.name.length > 4) expect(cursor.toLowerCase()).not.toContain(node.name.toLowerCase());
    }
  });

  test('a place is kept when the user there is renamed, and when they are deleted', async () => {
    const orderBy = { field: 'NAME' };
    const all = (await list({ orderBy, first: 100 })).edges.map(({ node }) => node.name);
    const id = await addUser({ name: 'Asha Rap' });
    const [edge] = (await list({ search: 'asha rap', orderBy })).edges;
    const next = async () =>
      (await list({ orderBy, first: 1, after: edge?.cursor })).edges.map(({ node }) => node.name);
    const expected = [all[all.indexOf('Asha Rao') + 1]];
    expect(await next()).toEqual(expected);
    await harness.sql("UPDATE users SET name = 'Zoe' WHERE id = $1", [id]);
    expect(await next()).toEqual(expected);
    await harness.sql('DELETE FROM users WHERE id = $1', [id]);
    expect(await next()).toEqual(expected);
  });
});

test('the total is counted only where it is asked for', async () => {
  const { data } = await harness.ask<Users>('{ users(search: "maria", first: 1) { edges { cursor } } }');
  expect(data?.users).not.toHaveProperty('totalCount');
  expect(await list({ search: 'maria', first: 1 })).toMatchObject({ totalCount: 3 });
});

test('a changed user is found by the new words at once, and no longer by the old', async () => {
  const { id } = await createdUser(harness, { name: 'Zephyrine Quillfeather', location: 'Timbuktu' });
  expect(await find('zephirine')).toEqual(['Zephyrine Quillfeather']);
  await mutate(harness, 'updateUser', { id, name: 'Wolfhilde Quillfeather', country: 'ML' });
  expect(await find('wolfhlde', { filter: { country: ['ML'] } })).toEqual(['Wolfhilde Quillfeather']);
  expect(await find('zephirine')).toEqual([]);
  await untilWordsAreForgotten(harness);
  const words = async () =>
    (await harness.sql<{ word: string }>('SELECT word FROM search_vocabulary')).map(({ word }) => word);
  expect(await words()).toEqual(expect.arrayContaining(['wolfhilde', 'quillfeather', '@timbuktu']));
  expect(await words()).not.toContain('zephyrine');
  await harness.sql('DELETE FROM users WHERE id = $1', [id]);
  await untilWordsAreForgotten(harness);
  expect(await words()).not.toContain('quillfeather');
  expect(await words()).toContain('maria');
});
