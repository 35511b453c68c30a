import { expect, test } from '@jest/globals';
import { openAtrium } from '../support/atrium.ts';
import { dataOf } from '../support/graphql-client.ts';
import { codeTo, messagesTo, messageTo } from '../support/inbox.ts';
import { newPerson } from '../support/phone-numbers.ts';
import { photograph } from '../support/pictures.ts';
import { asService } from '../support/subgraph-client.ts';
import { sharedSystem } from '../support/test-system.ts';
import { waitFor } from '../support/wait-for.ts';

const system = await sharedSystem();
const atrium = openAtrium(system);

async function contactOf(userId: string): Promise<object | null> {
  const query = 'query ($ids: [ID!]!) { contacts(userIds: $ids) { userId } }';
  const answer = await asService<{ contacts: (object | null)[] }>(system, 'messaging', 'profile', query, {
    ids: [userId],
  });
  return dataOf(answer).contacts[0] ?? null;
}

test('a deleted user is gone at once from every read, and erased from every service soon after', async () => {
  const person = newPerson('Asha Rao');
  const user = await atrium.newUser(person);
  const code = await codeTo(system, person.phoneNumber);
  await atrium.verifyPhone({ userId: user.id, code });
  await messageTo(system, person.phoneNumber, 'WELCOME');
  const base64 = (await photograph({ hue: Math.floor(Math.random() * 255) })).toString('base64');
  const { image } = await atrium.uploadImage({ userId: user.id, base64, asAvatar: true });
  const before = await atrium.user(user.id);
  const messageIds = before?.messages?.edges.map(({ node }) => node.id) ?? [];
  expect(before?.avatar?.id).toBe(image?.id);
  expect(messageIds).toHaveLength(2);
  expect((await fetch(image?.url ?? '')).status).toBe(200);

  expect(await atrium.deleteUser({ id: user.id })).toMatchObject({ deletedUserId: user.id, userErrors: [] });

  expect(await atrium.user(user.id)).toBeNull();
  expect(await contactOf(user.id)).toBeNull();
  expect((await atrium.verifyPhone({ userId: user.id, code })).userErrors).toMatchObject([{ code: 'NOT_FOUND' }]);
  expect((await atrium.uploadImage({ userId: user.id, base64 })).userErrors).toMatchObject([{ code: 'NOT_FOUND' }]);
  expect((await atrium.deleteUser({ id: user.id })).userErrors).toMatchObject([{ code: 'NOT_FOUND' }]);

  await waitFor('the picture is erased', async () => (await fetch(image?.url ?? '')).status === 404);
  const query = `query ($image: ID!, $first: ID!, $second: ID!) {
    image(id: $image) { id } first: message(id: $first) { id } second: message(id: $second) { id }
  }`;
  const [first, second] = messageIds;
  await waitFor('picture and messages are erased', async () => {
    const answer = await atrium.query<Record<string, object | null>>(query, { image: image?.id, first, second });
    return Object.values(dataOf(answer)).every((value) => value === null);
  });
  await waitFor('the inbox forgets them', async () => (await messagesTo(system, person.phoneNumber)).length === 0);
});

test('the number of a deleted user is free again at once, for somebody else altogether', async () => {
  const person = newPerson();
  const first = await atrium.newUser(person);
  const code = await codeTo(system, person.phoneNumber);
  await atrium.verifyPhone({ userId: first.id, code });
  expect((await atrium.createUser(person)).userErrors).toMatchObject([{ code: 'PHONE_NUMBER_TAKEN' }]);
  await atrium.deleteUser({ id: first.id });
  const second = await atrium.newUser({ ...person, name: 'Ravi Nair' });
  expect(second.id).not.toBe(first.id);
  expect(second.phoneVerification?.status).toBe('CODE_SENT');
  expect(await atrium.user(second.id)).toMatchObject({ name: 'Ravi Nair', phoneNumber: person.phoneNumber });
});

test('whoever is deleted right after the proof of their number is not welcomed any more', async () => {
  const people = await Promise.all(Array.from({ length: 5 }, () => atrium.newUser(newPerson())));
  await Promise.all(
    people.map(async ({ id, phoneNumber }) => {
      const code = await codeTo(system, phoneNumber ?? '');
      await atrium.verifyPhone({ userId: id, code });
      await atrium.deleteUser({ id });
    }),
  );
  // Someone who comes later is welcomed; by then, all that was due to the others has been done.
  const later = await atrium.newUser(newPerson());
  await atrium.verifyPhone({ userId: later.id, code: await codeTo(system, later.phoneNumber ?? '') });
  await messageTo(system, later.phoneNumber ?? '', 'WELCOME');
  for (const { phoneNumber } of people) {
    await waitFor(
      'nothing is left in the inbox',
      async () => (await messagesTo(system, phoneNumber ?? '')).length === 0,
    );
  }
});

test('a user who has changed since is not deleted by those who say which version they saw', async () => {
  const user = await atrium.newUser(newPerson());
  const { version = 0 } = (await atrium.user(user.id)) ?? {};
  const { deletedUserId, userErrors } = await atrium.deleteUser({ id: user.id, expectedVersion: version + 7 });
  expect(deletedUserId).toBeNull();
  expect(userErrors).toMatchObject([{ code: 'VERSION_CONFLICT', field: ['input', 'expectedVersion'] }]);
  expect(await atrium.user(user.id)).not.toBeNull();
  expect((await atrium.deleteUser({ id: user.id, expectedVersion: version })).deletedUserId).toBe(user.id);
});
