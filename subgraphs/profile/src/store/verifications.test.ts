import { afterAll, beforeAll, expect, test } from '@jest/globals';
import type { OutboxRecord } from '../domain/outbox-record.ts';
import type { NewUser, VerificationStore } from '../domain/ports.ts';
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

/** Does `change` at once in two processes that hold the same users in opposite order, again and again. */
async function inOppositeOrder(change: (verifications: VerificationStore, user: NewUser) => Promise<unknown>) {
  const database = openDatabase(store.url, 5);
  const processes = [store.verifications, createVerificationStore(database)];
  try {
    for (let round = 0; round < 10; round++) {
      const users = Array.from({ length: 60 }, () => newUser());
      await Promise.all(users.map((user) => store.users.saveNewUser(user)));
      const orders = [users, users.toReversed()];
      await Promise.all(
        processes.flatMap((verifications, index) => orders[index]?.map((user) => change(verifications, user))),
      );
    }
  } finally {
    await database.$disconnect();
  }
}

test('two processes that verify the same users at once both succeed', async () => {
  await inOppositeOrder(async (verifications, user) => {
    expect(await verifications.recordVerified(proofOf(user))).toMatchObject({ id: user.id });
  });
});

test('two processes that hear of the same starts at once both succeed', async () => {
  const start = { codeSentAt: new Date(), codeExpiresAt: new Date() };
  await inOppositeOrder(async (verifications, user) => {
    const record = {
      id: user.requestId,
      destination: 'messaging',
      type: 'phone.verification-requested',
      userId: user.id,
    };
    const told = { ...record, version: 1, clientId: 'c', createdAt: new Date(), attempts: 0 } as const;
    const outcome = user.phoneNumber.endsWith('0') ? ({ rejection: 'PHONE_NUMBER_BLOCKED' } as const) : start;
    expect(await verifications.recordStart(told as OutboxRecord, outcome)).toMatchObject({ id: user.id });
  });
});
