import { waitUntil } from '@atrium/service-kit/testing/wait-until';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { createdUser, type UserAnswer } from '../testing/flows.ts';
import { type Harness, startHarness } from '../testing/harness.ts';

let harness: Harness;
let users: UserAnswer[];
beforeAll(async () => {
  harness = await startHarness();
  users = [];
  for (let index = 0; index < 5; index += 1) users.push(await createdUser(harness));
});
afterAll(() => harness.close());

const ids = () => users.map(({ id }) => id);
const newestFirst = () => ids().reverse();
const entities = 'query ($r: [_Any!]!) { _entities(representations: $r) { ... on User { id name } } }';
const references = (...list: unknown[]) => ({ r: list.map((id) => ({ __typename: 'User', id })) });

interface UsersAnswer {
  users: {
    edges: { cursor: string; node: { id: string } }[];
    pageInfo: { hasNextPage: boolean; hasPreviousPage: boolean; startCursor: string; endCursor: string };
    totalCount?: number;
  } | null;
}
const usersQuery = (selection = '') => `query ($first: Int, $after: String, $last: Int, $before: String) {
  users(first: $first, after: $after, last: $last, before: $before) {
    edges { cursor node { id } } pageInfo { hasNextPage hasPreviousPage startCursor endCursor } ${selection}
  }
}`;
const page = async (variables: object, selection?: string) => {
  const answer = await harness.ask<UsersAnswer>(usersQuery(selection), variables);
  if (!answer.data?.users) throw new Error(JSON.stringify(answer.errors));
  return answer.data.users;
};
const idsOf = ({ edges }: { edges: { node: { id: string } }[] }) => edges.map(({ node }) => node.id);

test('users are listed newest first, page by page, forwards and backwards', async () => {
  const first = await page({ first: 2 });
  expect(idsOf(first)).toEqual(newestFirst().slice(0, 2));
  expect(first.pageInfo).toMatchObject({ hasNextPage: true, hasPreviousPage: false });
  const second = await page({ first: 2, after: first.pageInfo.endCursor });
  expect(idsOf(second)).toEqual(newestFirst().slice(2, 4));
  const last = await page({ first: 2, after: second.pageInfo.endCursor });
  expect(idsOf(last)).toEqual(newestFirst().slice(4));
  expect(last.pageInfo).toMatchObject({ hasNextPage: false, hasPreviousPage: true });
  expect(idsOf(await page({ last: 2 }))).toEqual(newestFirst().slice(3));
  expect(idsOf(await page({ last: 2, before: second.pageInfo.startCursor }))).toEqual(newestFirst().slice(0, 2));
  expect(await page({}, 'totalCount')).toMatchObject({ totalCount: 5 });
});

test.each([{ first: 0 }, { first: 101 }, { first: -1 }, { first: 1, last: 1 }, { after: 'x' }, { before: '\u0000' }])(
  'the page %j is BAD_USER_INPUT',
  async (variables) => {
    const answer = await harness.ask<UsersAnswer>(usersQuery(), variables);
    expect(answer.data?.users).toBeNull();
    expect(answer.errors?.map(({ extensions }) => extensions.code)).toEqual(['BAD_USER_INPUT']);
  },
);

test('references are answered in order; unknown and malformed ones are null and fail no neighbour', async () => {
  const [a = '', b = ''] = ids();
  const answer = await harness.ask(
    entities,
    references(a, 'nobody', b, a, '0193c9a0-7b6e-7c52-9f0a-5d4f7f3a2b10', '\u0000', ''),
  );
  expect(answer.errors).toBeUndefined();
  expect(answer.data).toEqual({
    _entities: [
      { id: a, name: 'Asha Rao' },
      null,
      { id: b, name: 'Asha Rao' },
      { id: a, name: 'Asha Rao' },
      null,
      null,
      null,
    ],
  });
});

test('an id is found however its letters are written, and what is none is null', async () => {
  const document = 'query ($id: ID!) { user(id: $id) { id } }';
  const [id = ''] = ids();
  expect((await harness.ask(document, { id: id.toUpperCase() })).data).toEqual({ user: { id } });
  for (const none of ['', 'x', '\u0000', '💥', '0'.repeat(100_000)]) {
    expect(await harness.ask(document, { id: none })).toEqual({ data: { user: null } });
  }
});

test('a sister reads contacts in order, with null for who is not there', async () => {
  const [id = ''] = ids();
  const document = `query ($ids: [ID!]!) {
    contacts(userIds: $ids) { userId name phoneNumber phoneVerified email country locale version }
  }`;
  const answer = await harness.askAs('messaging', document, { ids: [id, 'nobody', id] });
  const contact = {
    userId: id,
    name: 'Asha Rao',
    phoneNumber: users[0]?.phoneNumber,
    phoneVerified: false,
    email: null,
    country: 'IN',
    locale: null,
    version: 1,
  };
  expect(answer).toEqual({ data: { contacts: [contact, null, contact] } });
  const tooMany = await harness.askAs('messaging', document, { ids: Array(1_001).fill(id) });
  expect(tooMany.errors?.[0]?.extensions.code).toBe('BAD_USER_INPUT');
});

test('a number that was refused or lost is nobody’s contact', async () => {
  const { id } = await createdUser(harness);
  await harness.sql("UPDATE users SET phone_status = 'FAILED' WHERE id = $1", [id]);
  const document = 'query ($ids: [ID!]!) { contacts(userIds: $ids) { phoneNumber } }';
  // Profile hears a little later of what others change.
  await waitUntil(async () => {
    const answer = await harness.askAs<{ contacts: object[] }>('messaging', document, { ids: [id] });
    return JSON.stringify(answer.data) === '{"contacts":[{"phoneNumber":null}]}';
  });
  await harness.sql('DELETE FROM users WHERE id = $1', [id]);
});

const writes = {
  createUser: 'mutation { createUser(input: { name: "A", phoneNumber: "1", country: "IN" }) { user { id } } }',
  updateUser: 'mutation { updateUser(input: { id: "x" }) { user { id } } }',
  verifyPhone: 'mutation { verifyPhone(input: { userId: "x", code: "1" }) { user { id } } }',
  changePhoneNumber: 'mutation { changePhoneNumber(input: { userId: "x", phoneNumber: "1" }) { user { id } } }',
  resendPhoneVerification: 'mutation { resendPhoneVerification(input: { userId: "x" }) { user { id } } }',
  deleteUser: 'mutation { deleteUser(input: { id: "x" }) { deletedUserId } }',
};

test.each(Object.entries(writes))('%s needs profile:write', async (field, document) => {
  const answer = await harness.ask(document, {}, { scopes: ['profile:read', 'profile:phone'] });
  expect(answer.data).toEqual({ [field]: null });
  expect(answer.errors?.[0]?.extensions.code).toBe('UNAUTHORIZED_FIELD_OR_TYPE');
});

test('reads need profile:read, references included', async () => {
  const [id = ''] = ids();
  for (const document of [`{ user(id: "${id}") { id } }`, usersQuery(), entities]) {
    const answer = await harness.ask(document, references(id), { scopes: ['profile:write', 'profile:phone'] });
    expect(JSON.stringify(answer.data)).not.toContain(id);
    expect(answer.errors?.[0]?.extensions.code).toBe('UNAUTHORIZED_FIELD_OR_TYPE');
  }
});

test('the phone number needs profile:phone; without it only that field is null', async () => {
  const [id = ''] = ids();
  const answer = await harness.ask(`{ user(id: "${id}") { name phoneNumber } }`, {}, { scopes: ['profile:read'] });
  expect(answer.data).toEqual({ user: { name: 'Asha Rao', phoneNumber: null } });
  expect(answer.errors).toMatchObject([
    { path: ['user', 'phoneNumber'], extensions: { code: 'UNAUTHORIZED_FIELD_OR_TYPE' } },
  ]);
});

test('a pending number needs profile:phone too, by reference and in the payload of a change', async () => {
  const [id = ''] = ids();
  const selection = 'name phoneNumber pendingPhoneChange { phoneNumber }';
  const change = `mutation { payload: changePhoneNumber(input: { userId: "${id}", phoneNumber: "+919812345678" }) {
    user { ${selection} } userErrors { code } } }`;
  const hidden = { name: 'Asha Rao', phoneNumber: null, pendingPhoneChange: null };
  const changed = await harness.ask(change, {}, { scopes: ['profile:write'] });
  expect(changed.data).toEqual({ payload: { user: hidden, userErrors: [] } });
  const byReference = `query ($r: [_Any!]!) { _entities(representations: $r) { ... on User { ${selection} } } }`;
  const read = await harness.ask(byReference, references(id), { scopes: ['profile:read'] });
  expect(read.data).toEqual({ _entities: [hidden] });
  for (const { errors } of [changed, read]) {
    expect(errors?.map(({ path, extensions }) => `${path?.at(-1)} ${extensions.code}`)).toEqual([
      'phoneNumber UNAUTHORIZED_FIELD_OR_TYPE',
      'pendingPhoneChange UNAUTHORIZED_FIELD_OR_TYPE',
    ]);
  }
  const seen = await harness.ask(byReference, references(id), { scopes: ['profile:read', 'profile:phone'] });
  expect(seen.data).toMatchObject({ _entities: [{ pendingPhoneChange: { phoneNumber: '+919812345678' } }] });
});

test('a client may not ask for contacts, and a sister for nothing else', async () => {
  const [id = ''] = ids();
  const contacts = await harness.ask('{ contacts(userIds: []) { userId } }');
  expect(contacts.errors?.[0]?.extensions.code).toBe('FORBIDDEN');
  for (const document of [`{ user(id: "${id}") { id } }`, usersQuery(), entities, ...Object.values(writes)]) {
    const answer = await harness.askAs('image', document, references(id));
    expect(answer.errors?.[0]?.extensions.code).toBe('UNAUTHORIZED_FIELD_OR_TYPE');
  }
});
