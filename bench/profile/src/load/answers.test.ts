import { expect, test } from '@jest/globals';
import { newPerson, userAt } from '../dataset.ts';
import { dialects } from '../operations.ts';
import { expectUsers, judgeCreate, judgeList } from './answers.ts';

const json = (value: unknown) => Buffer.from(JSON.stringify(value));

test('a user who was read must be the one who was asked for, whole, whatever the spaces', () => {
  const users = [userAt(0), userAt(1)];
  const isRight = expectUsers(users);
  const answer = { data: { user: users[0] } };
  expect(isRight(json(answer), 0)).toBe(true);
  expect(isRight(Buffer.from(`${JSON.stringify(answer, undefined, 2)}\n`), 0)).toBe(true);
  expect(isRight(json(answer), 1)).toBe(false);
  expect(isRight(json({ data: { user: { ...users[0], name: 'Somebody' } } }), 0)).toBe(false);
  expect(isRight(json({ data: { user: null } }), 0)).toBe(false);
});

test('a create is right when the user is there with their phone number and nothing is wrong', () => {
  const { create } = dialects.atrium;
  const person = newPerson(7);
  const user = { id: 'id', phoneNumber: person.phoneNumber };
  expect(judgeCreate(create, json({ data: { createUser: { user, userErrors: [] } } }), person)).toBe(true);
  const taken = { user: null, userErrors: [{ code: 'PHONE_NUMBER_TAKEN' }] };
  expect(judgeCreate(create, json({ data: { createUser: taken } }), person)).toBe(false);
  expect(judgeCreate(create, json({ data: { createUser: { user } }, errors: [{}] }), person)).toBe(false);
  expect(judgeCreate(create, json({ data: { createUser: { user } } }), newPerson(8))).toBe(false);
  expect(judgeCreate(create, Buffer.from('gone'), person)).toBe(false);
});

test('a list is right when it is full and everybody in it has the word', () => {
  const { list } = dialects.keystone;
  const users = Array.from({ length: 50 }, () => ({ name: 'Asha Rao', location: 'Pune' }));
  expect(judgeList(list, json({ data: { users } }), 'asha')).toBe(true);
  expect(judgeList(list, json({ data: { users } }), 'Pune')).toBe(true);
  expect(judgeList(list, json({ data: { users: users.slice(1) } }), 'Asha')).toBe(false);
  expect(judgeList(list, json({ data: { users: [...users.slice(1), { name: 'Bruno' }] } }), 'Asha')).toBe(false);
});
