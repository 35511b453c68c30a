import { expect, test } from '@jest/globals';
import pg from 'pg';
import { openAtrium } from '../support/atrium.ts';
import { dataOf } from '../support/graphql-client.ts';
import { codeTo, messagesTo, messageTo, otherCode } from '../support/inbox.ts';
import { operation } from '../support/operations.ts';
import { newPerson, newPhoneNumber } from '../support/phone-numbers.ts';
import { photograph } from '../support/pictures.ts';
import { ownSystem } from '../support/test-system.ts';
import { type Known, tracesOf } from '../support/traces.ts';
import { waitFor } from '../support/wait-for.ts';

const system = await ownSystem();
const atrium = openAtrium(system);
const { image, messaging } = system.services;

const person = {
  name: 'Padmavathi Venkataraghavan',
  phoneNumber: newPhoneNumber(),
  country: 'IN',
  location: 'Pazhavangadi, Thiruvananthapuram',
  email: 'padma.v@mailbox.example',
};
const known: Known = {
  texts: ['Padmavathi', 'Venkataraghavan', 'Pazhavangadi', 'Thiruvananthapuram', 'padma.v', 'Vattavila'],
  phoneNumbers: [person.phoneNumber],
};

async function mutate(name: string, input: object): Promise<void> {
  dataOf(await atrium.query(operation(name), { input }));
}

/** Statements that PostgreSQL refuses, with the person's data as literals and as parameters. */
async function provokeFaults(): Promise<void> {
  const client = new pg.Client({ connectionString: system.databases.profile });
  await client.connect();
  const { name, phoneNumber, email } = person;
  const statements: [string, string[]?][] = [
    [`SELECT '${name}'::uuid`],
    ['SELECT $1::uuid', [name]],
    [
      'INSERT INTO phone_claims (phone_number, user_id, expires_at) VALUES ($1, gen_random_uuid(), now())',
      [phoneNumber],
    ],
    ['INSERT INTO users (id, name, email) VALUES (gen_random_uuid(), $1, $2)', [name, email]],
  ];
  for (const [text, values] of statements) await expect(client.query(text, values)).rejects.toThrow();
  await client.end();
}

/** How often the sister was tried that was tried least. */
async function fewestTries(): Promise<number> {
  const client = new pg.Client({ connectionString: system.databases.profile });
  await client.connect();
  const { rows } = await client.query<{ tries: number }>(
    `SELECT coalesce(min(tries), 0) AS tries
     FROM (SELECT sum(attempts)::int AS tries FROM outbox GROUP BY destination HAVING count(*) > 0) AS destinations
     HAVING count(*) = 2`,
  );
  await client.end();
  return rows[0]?.tries ?? 0;
}

const placesOf = async () => (await tracesOf(system, known)).map((place) => place.replace(/^atrium_/, ''));
async function gone(isMeant: (place: string) => boolean): Promise<void> {
  let left: string[] = [];
  const look = async () => {
    left = (await placesOf()).filter(isMeant);
    return left.length === 0;
  };
  await waitFor('nothing of the person is left', look, { everyMs: 200 }).catch((error: Error) => {
    throw new Error(`${error.message}, but in ${left.join(', ')}`);
  });
}

test('who is deleted while Image and Messaging are down is erased everywhere within ten seconds of their return', async () => {
  const neighbour = await atrium.newUser(newPerson('Meera Iyer'));
  const user = await atrium.newUser({ ...person, idempotencyKey: `sign-up of ${person.phoneNumber}` });
  const code = await codeTo(system, person.phoneNumber);
  await atrium.verifyPhone({ userId: user.id, code: otherCode(code) });
  await atrium.verifyPhone({ userId: user.id, code });
  await messageTo(system, person.phoneNumber, 'WELCOME');
  expect((await atrium.createUser(person)).userErrors).toMatchObject([{ code: 'PHONE_NUMBER_TAKEN' }]);
  const base64 = (await photograph({ hue: Math.floor(Math.random() * 255) })).toString('base64');
  const idempotencyKey = `picture of ${person.name}`;
  const alt = `${person.name} in Thiruvananthapuram`;
  const { image: picture } = await atrium.uploadImage({ userId: user.id, base64, alt, idempotencyKey, asAvatar: true });
  if (!picture) throw new Error('no picture');
  known.texts.push(picture.sha256);
  const welcome = { userId: user.id, operation: 'WELCOME', variables: { name: person.name } };
  await mutate('send-message', { ...welcome, idempotencyKey: `welcome of ${person.phoneNumber}` });
  await mutate('send-message', { ...welcome, channel: 'EMAIL' });
  await mutate('update-user', { id: user.id, location: 'Vattavila, Thiruvananthapuram' });
  await provokeFaults();
  await waitFor('the messages are there', async () => (await messagesTo(system, person.email)).length === 1);

  // What is looked for is found where it belongs, or the search that finds nothing later means nothing.
  const before = await placesOf();
  for (const table of ['users', 'phone_claims']) expect(before).toContain(`profile: public.${table}`);
  for (const table of ['images', 'pictures']) expect(before).toContain(`image: public.${table}`);
  expect(before).toContain('messaging: public.developer_inbox');
  expect(before.some((place) => place.startsWith('images/'))).toBe(true);

  // One message is still on its way when Messaging goes down.
  await mutate('send-message', welcome);
  await Promise.all([image.kill(), messaging.kill()]);
  await mutate('update-user', { id: user.id, location: 'Pazhavangadi' });
  expect((await atrium.deleteUser({ id: user.id })).deletedUserId).toBe(user.id);
  // Another who was never reached goes as well, and a third takes the number, which is free again.
  const unreached = { ...newPerson('Padmavathi Venkataraghavan'), email: 'padma.v@mailbox.example' };
  known.phoneNumbers.push(unreached.phoneNumber);
  const pending = await atrium.newUser(unreached);
  expect(pending.phoneVerification?.status).toBe('PENDING');
  await atrium.deleteUser({ id: pending.id });
  // What Profile itself holds is gone with the answer, but for words of the search's vocabulary, which has them for moments.
  await waitFor(
    'Profile has forgotten them',
    async () => !(await placesOf()).some((place) => place.startsWith('profile')),
  );
  await waitFor(
    'the pauses between tries have grown to what they are at most',
    async () => (await fewestTries()) >= 6,
    {
      timeoutMs: 40_000,
      everyMs: 200,
    },
  );

  await image.start();
  await gone((place) => place.startsWith('image'));
  await messaging.start();
  await gone(() => true);

  expect(await atrium.user(user.id)).toBeNull();
  expect((await fetch(picture.url)).status).toBe(404);
  expect(await atrium.user(neighbour.id)).toMatchObject({ name: 'Meera Iyer' });
  expect(await messagesTo(system, neighbour.phoneNumber ?? '')).toHaveLength(1);
  const audit = new pg.Client({ connectionString: system.databases.profile });
  await audit.connect();
  const { rows } = await audit.query('SELECT id, version, deleted_at FROM deleted_users WHERE id = $1', [user.id]);
  await audit.end();
  expect(rows).toEqual([{ id: user.id, version: 5, deleted_at: expect.any(Date) }]);
}, 120_000);
