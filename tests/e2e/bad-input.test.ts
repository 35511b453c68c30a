import { describe, expect, test } from '@jest/globals';
import { openAtrium } from '../support/atrium.ts';
import { complaintsOf, type Payloads } from '../support/complaints.ts';
import type { Answer } from '../support/graphql-client.ts';
import { inputRows, nobody, nul } from '../support/input-rows.ts';
import { operation } from '../support/operations.ts';
import { newPerson, newPhoneNumber } from '../support/phone-numbers.ts';
import { sharedSystem } from '../support/test-system.ts';

const system = await sharedSystem();
const atrium = openAtrium(system);
const { id: userId } = await atrium.newUser(newPerson('Asha Rao'));

function ask(name: string, variables: object): Promise<Answer<Payloads>> {
  return atrium.query<Payloads>(operation(name), variables);
}

/** Where two entries name a place differently by design, only the code counts. */
function withoutPlace(complaint: string): string {
  return complaint.startsWith('EXACTLY_ONE_REQUIRED') || complaint.includes('input.variables')
    ? (complaint.split(' ', 1)[0] ?? '')
    : complaint;
}

describe.each(Object.entries(inputRows(userId)))('%s', (name, { good, bad }) => {
  test('every bad input gets the code that says what to mend', async () => {
    const outcomes = await Promise.all(
      bad.map(async ([change, complaint]) => {
        const answer = await ask(name, { input: { ...good(), ...change } });
        return {
          change: shown(change),
          expected: withoutPlace(complaint),
          complaints: complaintsOf(answer).map(withoutPlace),
        };
      }),
    );
    expect(outcomes.filter(({ complaints, expected }) => !complaints.includes(expected))).toEqual([]);
  });

  test('no input at all is a fault of the request', async () => {
    for (const variables of [{}, { input: null }, { input: [] }, { input: 'text' }, { input: {} }]) {
      const answer = await ask(name, variables);
      expect(answer.errors[0]?.extensions.code).toBe('BAD_USER_INPUT');
    }
  });
});

function shown(change: object): string {
  return JSON.stringify(change, (_, value) => (value === undefined ? 'absent' : value)).slice(0, 80);
}

test('all that is wrong with an input is told at once', async () => {
  const answer = await ask('create-user', {
    input: { name: '', phoneNumber: '', country: '', email: 'x', locale: '!' },
  });
  expect(complaintsOf(answer).sort()).toEqual([
    'EMAIL_INVALID input.email',
    'LOCALE_INVALID input.locale',
    'REQUIRED input.country',
    'REQUIRED input.name',
    'REQUIRED input.phoneNumber',
  ]);
});

test.each(['user', 'image', 'message'])('%s finds nothing where the id is unknown or none', async (name) => {
  for (const id of [nobody, 'no id', '', nul, 'x'.repeat(10_000), '0193c9a0-7b6e-7c52-9f0a-5d4f7f3a2b1g']) {
    expect(await ask(name, { id })).toMatchObject({ status: 200, data: { [name]: null }, errors: [] });
  }
  for (const variables of [{}, { id: null }, { id: {} }, { id: true }]) {
    expect((await ask(name, variables)).errors[0]?.extensions.code).toBe('BAD_USER_INPUT');
  }
});

test('a number that nobody holds, and what is none, finds nobody', async () => {
  for (const phoneNumber of [newPhoneNumber(), '098765 43210', '', nul, '+', 'x'.repeat(10_000), '9'.repeat(10_000)]) {
    expect(await ask('user-by-phone-number', { phoneNumber })).toMatchObject({
      status: 200,
      data: { userByPhoneNumber: null },
      errors: [],
    });
  }
  for (const variables of [{}, { phoneNumber: null }, { phoneNumber: {} }, { phoneNumber: 919876543210 }]) {
    expect((await ask('user-by-phone-number', variables)).errors[0]?.extensions.code).toBe('BAD_USER_INPUT');
  }
});

test.each([
  { first: 0 },
  { first: -1 },
  { first: 101 },
  { last: 101 },
  { first: 1, last: 1 },
  { after: 'no cursor' },
  { after: '' },
  { after: nul },
  { before: Buffer.from('no id').toString('base64url') },
  { first: 2 ** 31 },
  { first: '1' },
  { search: nul },
  { search: 'two\nlines' },
  { search: 'x'.repeat(201) },
  { search: 'a b c d e f g h i j k' },
  { search: 7 },
  { filter: { country: ['India'] } },
  { filter: { country: ['XZ', 'IN'] } },
  { filter: { country: [null] } },
  { filter: { country: Array(301).fill('IN') } },
  { filter: { phoneVerificationStatus: ['SURE'] } },
  { filter: { createdAfter: 'yesterday' } },
  { filter: { createdAfter: '2026-02-30T00:00:00Z' } },
  { filter: { createdBefore: nul } },
  { filter: { createdBefore: 0 } },
  { filter: { age: 7 } },
  { orderBy: {} },
  { orderBy: { field: 'AGE' } },
  { orderBy: { field: 'RELEVANCE' } },
  { orderBy: { field: 'NAME', direction: 'UP' } },
])('users(%j) is BAD_USER_INPUT', async (variables) => {
  const document = `query ($first: Int, $after: String, $last: Int, $before: String, $search: String, $filter: UserFilter, $orderBy: UserOrder) {
    users(first: $first, after: $after, last: $last, before: $before, search: $search, filter: $filter, orderBy: $orderBy) {
      edges { cursor }
    }
  }`;
  const answer = await atrium.query<Payloads>(document, variables);
  expect(answer.errors.map(({ extensions }) => extensions.code)).toEqual(['BAD_USER_INPUT']);
});

test.each([
  { to: '2026-11-24T00:00:00Z' },
  { to: '2026-11-23T00:00:00Z' },
  { to: '2027-11-26T00:00:00Z' },
  { from: '2026-11-24' },
  { from: nul },
  { from: 7 },
  { from: null },
  { to: '' },
  { to: '2026-02-30T00:00:00Z' },
  { to: {} },
])('userStats with %j is BAD_USER_INPUT', async (change) => {
  const answer = await ask('user-stats', { from: '2026-11-24T00:00:00Z', to: '2026-11-25T00:00:00Z', ...change });
  expect(answer.errors.map(({ extensions }) => extensions.code)).toEqual(['BAD_USER_INPUT']);
});

test.each([
  'messages(first: 0)',
  'messages(first: 101)',
  'messages(after: "x")',
  'images(first: -5)',
  'images(after: "\\u0000")',
])('user { %s } is BAD_USER_INPUT and costs that field only', async (field) => {
  const answer = await atrium.query<{ user: object }>(
    `query ($id: ID!) { user(id: $id) { id ${field} { edges { cursor } } } }`,
    {
      id: userId,
    },
  );
  expect(answer.data?.user).toMatchObject({ id: userId });
  expect(answer.errors.map(({ extensions }) => extensions.code)).toEqual(['BAD_USER_INPUT']);
});
