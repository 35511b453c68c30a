import { waitUntil } from '@atrium/service-kit/testing/wait-until';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import type { Profile } from '../service.ts';
import { cutListeners } from '../testing/cached-users.ts';
import { rightCode } from '../testing/fake-sister.ts';
import { createdUser, mutate, readUser, type UserAnswer } from '../testing/flows.ts';
import { type Harness, startHarness } from '../testing/harness.ts';

/** After this long no process answers with what was before a change: the promise itself. */
const latestMs = 500;

let harness: Harness;
let second: Profile;
beforeAll(async () => {
  harness = await startHarness();
  second = await harness.startAnother();
  await untilBothListen();
});
afterAll(() => harness.close());

const listeners = () =>
  harness.sql<{ pid: number }>(
    `SELECT pid FROM pg_stat_activity
     WHERE application_name = 'atrium-user-changes' AND datname = current_database()`,
  );
const untilBothListen = () => waitUntil(async () => (await listeners()).length === 2);
const readAt = (profile: Profile, id: string) => readUser(harness, id, { profile });

/** Has it read by both, so that both remember it; then changes it and asks the other one when half a second is over. */
async function afterChange(change: (user: UserAnswer) => Promise<unknown>): Promise<UserAnswer | null> {
  const user = await createdUser(harness);
  await Promise.all([harness.profile, second].map((profile) => readAt(profile, user.id)));
  await change(user);
  const changedAt = performance.now();
  // Asked all the while, so that whatever could keep the old one alive does.
  while (performance.now() < changedAt + latestMs) await readAt(second, user.id);
  return readAt(second, user.id);
}

const update = ({ id }: UserAnswer) => mutate(harness, 'updateUser', { id, name: 'Ravi' });

test('after an update through one process the other never answers with the old one', async () => {
  expect(await afterChange(update)).toMatchObject({ name: 'Ravi', version: 2 });
});

test('after a proof through one process the other answers VERIFIED', async () => {
  const user = await afterChange(({ id }) => mutate(harness, 'verifyPhone', { userId: id, code: rightCode }));
  expect(user?.phoneVerification.status).toBe('VERIFIED');
});

test('after a deletion through one process the other answers null', async () => {
  const document = 'mutation ($id: ID!) { deleteUser(input: { id: $id }) { deletedUserId } }';
  expect(await afterChange(({ id }) => harness.ask(document, { id }))).toBeNull();
});

test('the same holds when the notification connections are cut at that moment', async () => {
  for (let time = 0; time < 5; time += 1) {
    await untilBothListen();
    const cutAndUpdate = async (user: UserAnswer) => {
      await cutListeners(harness.databaseUrl);
      await update(user);
    };
    expect(await afterChange(cutAndUpdate)).toMatchObject({ name: 'Ravi', version: 2 });
  }
});

test('a sister that asks for contacts, and a reference, see the change as well', async () => {
  let id = '';
  await afterChange((user) => {
    id = user.id;
    return update(user);
  });
  const entities = 'query ($r: [_Any!]!) { _entities(representations: $r) { ... on User { name } } }';
  const references = { r: [{ __typename: 'User', id }] };
  expect(await harness.ask(entities, references, { profile: second })).toEqual({
    data: { _entities: [{ name: 'Ravi' }] },
  });
  expect(await harness.askAs('messaging', `{ contacts(userIds: ["${id}"]) { name } }`)).toEqual({
    data: { contacts: [{ name: 'Ravi' }] },
  });
});
