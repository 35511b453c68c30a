import { afterAll, beforeAll, expect, test } from '@jest/globals';
import type { NewUser } from '../domain/ports.ts';
import { newUser, startTestStore, type TestStore } from '../testing/store.ts';

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
