import { afterAll, beforeAll, beforeEach, expect, test } from '@jest/globals';
import { rightCode } from '../testing/fake-sister.ts';
import { createdUser, mutate, readUser, untilStatus } from '../testing/flows.ts';
import { type Harness, startHarness } from '../testing/harness.ts';

let harness: Harness;
beforeAll(async () => {
  harness = await startHarness();
});
afterAll(() => harness.close());
beforeEach(() => {
  harness.messaging.mood = 'well';
  harness.image.mood = 'well';
  harness.messaging.calls.length = 0;
});

const remove = (id: string) =>
  harness.ask('mutation ($input: DeleteUserInput!) { deleteUser(input: $input) { deletedUserId } }', { input: { id } });
const outboxOf = (userId: string) =>
  harness.sql<{ destination: string; type: string }>('SELECT destination, type FROM outbox WHERE user_id = $1', [
    userId,
  ]);

async function until(condition: () => Promise<boolean>): Promise<void> {
  while (!(await condition()));
}

test.each(['dead', 'asleep'] as const)(
  'an Image that is %s holds up nothing of Messaging’s, and is told when it is back',
  async (mood) => {
    harness.image.mood = mood;
    const { id } = await createdUser(harness);
    await remove(id);
    await harness.messaging.eventOf('user.deleted', id);
    await until(async () => (await outboxOf(id)).length === 1);
    expect(await outboxOf(id)).toEqual([{ destination: 'image', type: 'user.deleted' }]);
    harness.image.mood = 'well';
    await harness.image.eventOf('user.deleted', id);
    await until(async () => (await outboxOf(id)).length === 0);
  },
);

test('a sister hears of one user in order, even after an outage', async () => {
  const { id } = await createdUser(harness);
  // The sister takes no event while it is dead, so both wait; the later one must not overtake the first.
  const verified = mutate(harness, 'verifyPhone', { userId: id, code: rightCode });
  harness.messaging.refuseEvents = true;
  await verified;
  await remove(id);
  harness.messaging.refuseEvents = false;
  await harness.messaging.eventOf('user.deleted', id);
  const types = harness.messaging.events.filter(({ subject }) => subject === id).map(({ type }) => type);
  expect(types).toEqual(['user.verified', 'user.deleted']);
});

test('no code is asked for once a deletion was told', async () => {
  harness.messaging.mood = 'dead';
  const { id } = await createdUser(harness);
  await remove(id);
  harness.messaging.mood = 'well';
  await harness.messaging.eventOf('user.deleted', id);
  const asked = () =>
    harness.messaging.calls.filter((call) => {
      return call.operation === 'startPhoneVerifications' && JSON.stringify(call).includes(id);
    }).length;
  // A try that was under way when the user went may have come first; the deletion then erases what it made.
  const before = asked();
  await until(async () => (await outboxOf(id)).length === 0);
  const { id: later } = await createdUser(harness);
  await until(async () => (await outboxOf(later)).length === 0);
  expect(asked()).toBe(before);
});

test('who has lost the number while they waited for a code is sent none', async () => {
  harness.messaging.mood = 'dead';
  const { id, phoneNumber } = await createdUser(harness);
  await harness.sql('UPDATE phone_claims SET expires_at = now() WHERE user_id = $1', [id]);
  const heir = await createdUser(harness, { phoneNumber });
  harness.messaging.mood = 'well';
  await untilStatus(harness, heir.id, 'CODE_SENT');
  await until(async () => (await outboxOf(id)).length === 0);
  const asked = harness.messaging.calls.flatMap(({ inputs }) => inputs.map(({ userId }) => userId));
  expect(asked).not.toContain(id);
});

test('many users who wait for Messaging get their codes in batches, each once', async () => {
  harness.messaging.mood = 'dead';
  const users = await Promise.all(Array.from({ length: 60 }, () => createdUser(harness)));
  harness.messaging.mood = 'well';
  const ids = users.map(({ id }) => id);
  await until(async () => {
    const waiting = "SELECT 1 FROM users WHERE id = ANY ($1::uuid[]) AND phone_status <> 'CODE_SENT'";
    return (await harness.sql(waiting, [ids])).length === 0;
  });
  const calls = harness.messaging.calls.filter(({ operation }) => operation === 'startPhoneVerifications');
  const asked = calls.flatMap(({ inputs }) => inputs.map(({ userId }) => userId));
  expect(new Set(asked)).toEqual(new Set(ids));
  expect(asked).toHaveLength(60);
  expect(calls.length).toBeLessThan(40);
});

test('a Profile that stops while a sister sleeps lets go in time, and what it had begun is done by the next', async () => {
  harness.messaging.mood = 'asleep';
  const stopping = await harness.startAnother();
  const user = await createdUser(harness, {}, { profile: stopping });
  await harness.stop(stopping);
  harness.messaging.mood = 'well';
  await untilStatus(harness, user.id, 'CODE_SENT');
  expect(await readUser(harness, user.id)).toMatchObject({ version: 1 });
});
