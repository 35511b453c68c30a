import { newId } from '@atrium/service-kit';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { eventTypes } from '../domain/subscriptions.ts';
import { newUser, startTestStore, type TestStore } from '../testing/store.ts';
import { createDeadLetterStore } from './dead-letters.ts';
import { createOutboxStore } from './outbox.ts';
import { createUserStatsStore } from './user-stats.ts';

let store: TestStore;
beforeAll(async () => {
  store = await startTestStore({
    claimMs: 0,
    subscribers: [{ name: 'index', url: 'http://index.example', types: eventTypes }],
  });
});
afterAll(() => store.close());

async function savedUser() {
  const user = newUser();
  await store.users.saveNewUser(user);
  return user;
}
const changeTo = (userId: string, phoneNumber: string) =>
  store.users.changePhoneNumber({
    ...{ userId, phoneNumber, clientId: 'changer', requestId: newId(), leaseMs: 0 },
    idempotency: undefined,
  });
const proofOf = (userId: string, phoneNumber: string) => ({
  ...{ userId, phoneNumber, verifiedAt: new Date(), clientId: 'prover' },
});
const toldOf = async (userId: string) => {
  const records = await store.database.outboxRecord.findMany({
    where: { userId, destination: 'index' },
    orderBy: { version: 'asc' },
  });
  return records.map(({ type, version, clientId }) => [type, version, clientId]);
};
const verifiedToday = async () => {
  const stats = await createUserStatsStore(store.database).countDays({ from: 0, to: 1_000_000 });
  return stats.reduce((sum, { verified }) => sum + verified, 0);
};
const requestsOf = (userId: string) =>
  store.database.outboxRecord.findMany({ where: { userId, type: 'phone.change-requested' } });

test('subscribers hear of a change when it starts, and the first proof of a user is a verification and counts', async () => {
  const before = await verifiedToday();
  const user = await savedUser();
  await changeTo(user.id, '+919700000001');
  await store.verifications.exchangePhoneNumber(proofOf(user.id, '+919700000001'));
  expect(await verifiedToday()).toBe(before + 1);
  await changeTo(user.id, '+919700000002');
  await store.verifications.exchangePhoneNumber(proofOf(user.id, '+919700000002'));
  expect(await verifiedToday()).toBe(before + 1);
  expect(await toldOf(user.id)).toEqual([
    ['user.created', 1, 'c'],
    ['user.updated', 2, 'changer'],
    ['user.verified', 3, 'prover'],
    ['user.updated', 4, 'changer'],
    ['user.updated', 5, 'prover'],
  ]);
});

test('subscribers hear of a change that ends because its number is refused or somebody else takes it over', async () => {
  const user = await savedUser();
  await changeTo(user.id, '+919700000003');
  const record = await store.verifications.findRequest(user.id, 'phone.change-requested');
  if (!record) throw new Error('no record');
  await store.verifications.recordStart(record, { rejection: 'PHONE_NUMBER_BLOCKED' });
  await changeTo(user.id, '+919700000004');
  await store.users.saveNewUser(newUser({ phoneNumber: '+919700000004', clientId: 'taker' }));
  const [current] = await store.users.findUsersByIds([user.id]);
  expect(current).toMatchObject({ pendingPhoneChange: null, version: 5 });
  expect(await toldOf(user.id)).toEqual([
    ['user.created', 1, 'c'],
    ['user.updated', 2, 'changer'],
    ['user.updated', 3, 'changer'],
    ['user.updated', 4, 'changer'],
    ['user.updated', 5, 'taker'],
  ]);
});

test('a code that is sent to the pending number is progress, and no event', async () => {
  const user = await savedUser();
  await changeTo(user.id, '+919700000005');
  const record = await store.verifications.findRequest(user.id, 'phone.change-requested');
  if (!record) throw new Error('no record');
  await store.verifications.recordStart(record, { codeSentAt: new Date(), codeExpiresAt: new Date() });
  expect(await toldOf(user.id)).toHaveLength(2);
});

test('a request that died asks for no code once the change was replaced or a code was asked for again', async () => {
  const letters = createDeadLetterStore(store.database);
  const outbox = createOutboxStore(store.database);
  const user = await savedUser();
  await store.database.outboxRecord.deleteMany({});
  const die = async () => {
    await outbox.layAside(-1_000);
    expect(await requestsOf(user.id)).toEqual([]);
  };
  await changeTo(user.id, '+919700000006');
  await die();
  await changeTo(user.id, '+919700000007');
  await letters.replay({ destination: 'messaging' });
  expect(await requestsOf(user.id)).toHaveLength(1);

  await die();
  const request = { userId: user.id, requestId: newId(), leaseMs: 0, clientId: 'c', coolDownMs: 0 };
  await store.verifications.requestCodeAgain(request);
  await letters.replay({ destination: 'messaging' });
  expect(await requestsOf(user.id)).toMatchObject([{ id: request.requestId }]);
});
