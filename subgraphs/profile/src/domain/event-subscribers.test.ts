import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from '@jest/globals';
import { rightCode } from '../testing/fake-sister.ts';
import { createdUser, freshInput, mutate } from '../testing/flows.ts';
import { type Harness, startHarness } from '../testing/harness.ts';
import { type Receiver, startReceiver } from '../testing/receiver.ts';

let harness: Harness;
let all: Receiver;
let some: Receiver;
beforeAll(async () => {
  [all, some] = await Promise.all([startReceiver(), startReceiver()]);
  harness = await startHarness({
    EVENT_SUBSCRIBERS: `all=${all.url},some:user.created+user.deleted=${some.url}`,
    OUTBOX_MAX_REFUSED_BACKOFF_MS: '100',
    OUTBOX_MAX_REFUSALS: '3',
  });
});
afterAll(async () => {
  await harness.close();
  await Promise.all([all.stop(), some.stop()]);
});
beforeEach(() => {
  for (const receiver of [all, some]) {
    receiver.answer = () => 204;
    for (const list of [receiver.batches, receiver.inbox, receiver.duplicates]) list.length = 0;
  }
});
afterEach(async () => {
  await harness.sql('DELETE FROM dead_letters');
});

const remove = (id: string) =>
  harness.ask('mutation ($input: DeleteUserInput!) { deleteUser(input: $input) { deletedUserId } }', { input: { id } });
const rename = (id: string, name: string) => mutate(harness, 'updateUser', { id, name });

async function until(condition: () => boolean | Promise<boolean>): Promise<void> {
  while (!(await condition())) await new Promise(setImmediate);
}
const untilDelivered = (where = 'true') =>
  until(async () => (await harness.sql(`SELECT 1 FROM outbox WHERE ${where} LIMIT 1`)).length === 0);
const told = (receiver: Receiver, id: string) =>
  receiver.inbox.filter(({ subject }) => subject === id).map(({ type, data }) => `${type} ${data.version}`);

test('every change of a user is told at once and in order, to each subscriber what it asked for', async () => {
  const { id } = await createdUser(harness);
  await rename(id, 'Asha');
  await mutate(harness, 'verifyPhone', { userId: id, code: rightCode });
  await remove(id);
  await untilDelivered();
  expect(told(all, id)).toEqual(['user.created 1', 'user.updated 2', 'user.verified 3', 'user.deleted 4']);
  expect(told(some, id)).toEqual(['user.created 1', 'user.deleted 4']);
});

test('an event holds ids and nothing of the person', async () => {
  const { id } = await createdUser(harness, { email: 'asha@example.com', location: 'Pune' });
  await untilDelivered();
  const event = all.inbox.find(({ subject }) => subject === id);
  expect(event).toEqual({
    specversion: '1.0',
    id: expect.stringMatching(/^[0-9a-f-]{36}$/),
    source: '/profile',
    type: 'user.created',
    subject: id,
    time: expect.stringMatching(/^\d{4}-.*Z$/),
    datacontenttype: 'application/json',
    data: { version: 1, clientId: 'client-1' },
  });
  expect([...all.tokens]).toEqual([expect.stringMatching(/^Bearer .+/)]);
});

test('who lost an unverified number to another, or is refused late, is told as changed', async () => {
  const loser = await createdUser(harness);
  await harness.sql('UPDATE phone_claims SET expires_at = now() WHERE user_id = $1', [loser.id]);
  await createdUser(harness, { phoneNumber: loser.phoneNumber });
  const late = freshInput();
  harness.messaging.refusedLate.set(late.phoneNumber, 'PHONE_NUMBER_BLOCKED');
  const refused = await createdUser(harness, late);
  await untilDelivered();
  expect(told(all, loser.id)).toEqual(['user.created 1', 'user.updated 2']);
  expect(told(all, refused.id)).toEqual(['user.created 1', 'user.updated 2']);
});

test('what no subscriber wants is not written', async () => {
  all.answer = some.answer = () => 'silence';
  const { id } = await createdUser(harness);
  await rename(id, 'Asha');
  const rows = await harness.sql('SELECT destination, type FROM outbox WHERE user_id = $1 ORDER BY 2, 1', [id]);
  expect(rows).toEqual([
    { destination: 'all', type: 'user.created' },
    { destination: 'some', type: 'user.created' },
    { destination: 'all', type: 'user.updated' },
  ]);
  all.answer = some.answer = () => 204;
  await untilDelivered();
});

test('a subscriber that fails again and again still hears of each user in order, and of everything', async () => {
  let calls = 0;
  all.answer = () => [204, 503, 'silence', 500, 204, 204][calls++ % 6] as number;
  const users = await Promise.all(Array.from({ length: 8 }, () => createdUser(harness)));
  for (let change = 2; change <= 5; change++) await Promise.all(users.map(({ id }) => rename(id, `Name ${change}`)));
  await Promise.all(users.map(({ id }) => remove(id)));
  await untilDelivered();
  const updates = [2, 3, 4, 5].map((version) => `user.updated ${version}`);
  for (const { id } of users) expect(told(all, id)).toEqual(['user.created 1', ...updates, 'user.deleted 6']);
}, 30_000);

test('a dead subscriber delays nobody else, is not asked for each record, and is told of all when it is back', async () => {
  await all.stop();
  const users = await Promise.all(Array.from({ length: 20 }, () => createdUser(harness)));
  await until(() => users.every(({ id }) => told(some, id).length === 1));
  const waiting = await harness.sql<{ tries: number }>(
    "SELECT max(attempts) AS tries FROM outbox WHERE destination = 'all'",
  );
  expect(waiting[0]?.tries).toBeLessThan(10);
  await all.start();
  await untilDelivered();
  expect(users.map(({ id }) => told(all, id))).toEqual(users.map(() => ['user.created 1']));
  expect(all.duplicates).toEqual([]);
});

test('a record that is refused for ever holds up no other user, and becomes a dead letter', async () => {
  const { id: bad } = await createdUser(harness);
  await untilDelivered();
  all.answer = (events) => (events.some(({ subject }) => subject === bad) ? 400 : 204);
  const [others] = await Promise.all([
    Promise.all(Array.from({ length: 20 }, () => createdUser(harness))),
    rename(bad, 'Asha'),
  ]);
  await until(() => others.every(({ id }) => told(all, id).length === 1));
  await until(async () => (await harness.sql('SELECT 1 FROM dead_letters')).length === 1);
  const letters = await harness.sql(
    'SELECT destination, type, user_id, version, refusals, last_fault FROM dead_letters',
  );
  expect(letters).toEqual([
    { destination: 'all', type: 'user.updated', user_id: bad, version: 2, refusals: 3, last_fault: 'HTTP 400' },
  ]);
  // Later ones of the same user go on.
  all.answer = () => 204;
  await rename(bad, 'Asha Rao');
  await untilDelivered();
  expect(told(all, bad)).toEqual(['user.created 1', 'user.updated 3']);
});

test('two Profiles share the work: each event goes out once and in order', async () => {
  const other = await harness.startAnother({ OUTBOX_POLL_MS: '20' });
  const users = await Promise.all(Array.from({ length: 30 }, () => createdUser(harness)));
  for (let change = 2; change <= 4; change++) {
    await Promise.all(
      users.map(({ id }, index) =>
        mutate(harness, 'updateUser', { id, name: `Name ${change}` }, index % 2 ? { profile: other } : {}),
      ),
    );
  }
  await untilDelivered();
  const updates = [2, 3, 4].map((version) => `user.updated ${version}`);
  for (const { id } of users) expect(told(all, id)).toEqual(['user.created 1', ...updates]);
  expect(all.duplicates).toEqual([]);
  await harness.stop(other);
});

test('a Profile that is killed between a delivery and its removal has the next one deliver again, with the same id', async () => {
  const { id } = await createdUser(harness);
  await untilDelivered();
  // The receiver takes the event and dies before it says so.
  let offers = 0;
  all.answer = () => (offers++ === 0 ? 'silence' : 204);
  const killed = await harness.startProcess();
  const renamed = mutate(harness, 'updateUser', { id, name: 'Asha' }, { profile: killed });
  await until(() => offers === 1);
  await killed.kill();
  await renamed.catch(() => undefined);
  const next = await harness.startAnother({ OUTBOX_POLL_MS: '50' });
  await untilDelivered();
  expect(told(all, id)).toEqual(['user.created 1', 'user.updated 2']);
  const ids = all.batches.flat().flatMap((event) => (event.type === 'user.updated' ? [event.id] : []));
  expect(ids).toHaveLength(2);
  expect(new Set(ids).size).toBe(1);
  await harness.stop(next);
}, 20_000);
