import { afterAll, beforeAll, expect, test } from '@jest/globals';
import type { NewUser, VerificationStore } from '../domain/ports.ts';
import { subscriptionsOf } from '../domain/subscriptions.ts';
import { newUser, startTestStore, type TestStore } from '../testing/store.ts';
import { openDatabase } from './client.ts';
import { createVerificationStore } from './verifications.ts';

let store: TestStore;
beforeAll(async () => {
  // Every claim has lapsed when the next one comes.
  store = await startTestStore({ claimMs: 0 });
});
afterAll(() => store.close());

const proofOf = ({ id: userId, phoneNumber }: NewUser) => ({
  userId,
  phoneNumber,
  verifiedAt: new Date('2026-11-24T09:35:00.000Z'),
  clientId: 'c',
});
const statusOf = async ({ id }: NewUser) => {
  const [user] = await store.users.findUsersByIds([id]);
  return user?.phoneVerification.status;
};
const outboxTypesOf = ({ id }: NewUser) =>
  store.database.$queryRaw`SELECT type FROM outbox WHERE user_id = ${id}::uuid ORDER BY version`;

test('a proof that comes after the number was taken over verifies nobody and tells nobody', async () => {
  const first = newUser();
  const second = newUser({ phoneNumber: first.phoneNumber });
  await store.users.saveNewUser(first);
  await store.users.saveNewUser(second);
  const outcomes = await Promise.all([first, second].map((user) => store.verifications.recordVerified(proofOf(user))));
  expect(outcomes.map((user) => user?.phoneVerification.status)).toEqual([undefined, 'VERIFIED']);
  expect(await statusOf(first)).toBe('FAILED');
  expect(await outboxTypesOf(first)).toEqual([{ type: 'phone.verification-requested' }]);
  expect(await outboxTypesOf(second)).toEqual([{ type: 'phone.verification-requested' }, { type: 'user.verified' }]);
});

test('the answer to a start that comes late takes nothing back', async () => {
  const verified = newUser();
  const lost = newUser();
  await Promise.all([verified, lost].map((user) => store.users.saveNewUser(user)));
  await store.verifications.recordVerified(proofOf(verified));
  await store.users.saveNewUser(newUser({ phoneNumber: lost.phoneNumber }));
  for (const user of [verified, lost]) {
    const record = await store.verifications.findRequest(user.id);
    if (!record) throw new Error('no record');
    await store.verifications.recordStart(record, { codeSentAt: new Date(), codeExpiresAt: new Date() });
  }
  expect([await statusOf(verified), await statusOf(lost)]).toEqual(['VERIFIED', 'FAILED']);
  expect(await store.verifications.findRequest(verified.id)).toBeUndefined();
});

test('a late refusal frees the number of its own user only', async () => {
  const lost = newUser();
  await store.users.saveNewUser(lost);
  const holder = newUser({ phoneNumber: lost.phoneNumber });
  await store.users.saveNewUser(holder);
  const record = await store.verifications.findRequest(lost.id);
  if (!record) throw new Error('no record');
  await store.verifications.recordStart(record, { rejection: 'PHONE_NUMBER_BLOCKED' });
  expect(await store.verifications.recordVerified(proofOf(holder))).toMatchObject({ id: holder.id });
});

/** Has `change` done at once by two processes that hold the same users in opposite order, each midway before it goes on. */
async function inOppositeOrder(change: (verifications: VerificationStore, user: NewUser) => Promise<unknown>) {
  const users = Array.from({ length: 21 }, () => newUser());
  await Promise.all(users.map((user) => store.users.saveNewUser(user)));
  const { database } = store;
  // So many others that PostgreSQL looks each of these users up by their key, in the order in which it is given them.
  await database.$executeRaw`
    INSERT INTO users (id, name, phone_number, country)
    SELECT gen_random_uuid(), 'Asha Rao', '+1' || n, 'IN' FROM generate_series(1, 20000) AS n`;
  await database.$executeRaw`ANALYZE users`;
  const other = openDatabase(store.url, 5);
  const another = createVerificationStore(other, subscriptionsOf([]));
  try {
    const changes = await database.$transaction(async (tx) => {
      await tx.$queryRaw`SELECT 1 FROM users WHERE id = ${users[10]?.id}::uuid FOR UPDATE`;
      const begun = [
        ...users.map((user) => change(store.verifications, user)),
        ...users.toReversed().map((user) => change(another, user)),
      ];
      for (let waiting = 0n; waiting < 2n; ) {
        const [row] = await tx.$queryRaw<{ count: bigint }[]>`
          SELECT count(DISTINCT pid) FROM pg_locks WHERE NOT granted`;
        waiting = row?.count ?? 0n;
      }
      return { begun };
    });
    await Promise.all(changes.begun);
  } finally {
    await other.$disconnect();
  }
}

test('two processes that verify the same users at once both succeed', async () => {
  await inOppositeOrder(async (verifications, user) => {
    expect(await verifications.recordVerified(proofOf(user))).toMatchObject({ id: user.id });
  });
});

test.each([
  ['codes that were sent', { codeSentAt: new Date(), codeExpiresAt: new Date() }],
  ['numbers that were refused', { rejection: 'PHONE_NUMBER_BLOCKED' }],
] as const)('two processes that hear of the same %s at once both succeed', async (_case, start) => {
  await inOppositeOrder(async (verifications, { id: userId, requestId: id }) => {
    const type = 'phone.verification-requested';
    const record = { id, destination: 'messaging', type, userId, version: 1, clientId: 'c', attempts: 0 } as const;
    expect(await verifications.recordStart({ ...record, createdAt: new Date() }, start)).toMatchObject({ id: userId });
  });
});
