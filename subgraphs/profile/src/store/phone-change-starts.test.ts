import { newId } from '@atrium/service-kit';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import type { VerificationStart } from '../domain/ports.ts';
import type { OutboxRecordType } from '../domain/subscriptions.ts';
import { newUser, startTestStore, type TestStore } from '../testing/store.ts';

let store: TestStore;
beforeAll(async () => {
  store = await startTestStore();
});
afterAll(() => store.close());

const codeSentAt = new Date('2026-11-24T09:30:00.000Z');
const sent: VerificationStart = { codeSentAt, codeExpiresAt: new Date('2026-11-24T09:40:00.000Z') };
const changeTo = (userId: string, phoneNumber: string) =>
  store.users.changePhoneNumber({
    userId,
    phoneNumber,
    clientId: 'c',
    requestId: newId(),
    leaseMs: 0,
    idempotency: undefined,
  });
const requestAgain = (userId: string) =>
  store.verifications.requestCodeAgain({ userId, requestId: newId(), leaseMs: 0, clientId: 'c', coolDownMs: 0 });
const claimsOf = async (userId: string) => (await store.database.phoneClaim.findMany({ where: { userId } })).length;

async function requestOf(userId: string, type: OutboxRecordType) {
  const record = await store.verifications.findRequest(userId, type);
  if (!record) throw new Error('no record');
  return record;
}

async function answer(userId: string, type: OutboxRecordType, start: VerificationStart) {
  return store.verifications.recordStart(await requestOf(userId, type), start);
}

test('the answer to a change that was replaced says nothing of the one that replaced it', async () => {
  const user = newUser();
  await store.users.saveNewUser(user);
  await changeTo(user.id, '+919811111111');
  const first = await requestOf(user.id, 'phone.change-requested');
  await changeTo(user.id, '+919822222222');
  const pendingPhoneChange = { phoneNumber: '+919822222222', codeSentAt: null, codeExpiresAt: null };
  expect(await store.verifications.recordStart(first, sent)).toMatchObject({ pendingPhoneChange });
  const refused = await store.verifications.recordStart(first, { rejection: 'PHONE_NUMBER_BLOCKED' });
  expect(refused).toMatchObject({ pendingPhoneChange, version: 3 });
  expect(await claimsOf(user.id)).toBe(2);
});

test('no further code for the moment: the one that was sent before goes on to count', async () => {
  const user = newUser();
  await store.users.saveNewUser(user);
  await answer(user.id, 'phone.verification-requested', sent);
  await requestAgain(user.id);
  const current = await answer(user.id, 'phone.verification-requested', { rejection: 'COOL_DOWN' });
  expect(current?.phoneVerification).toMatchObject({ status: 'CODE_SENT', codeSentAt, failure: null });

  await changeTo(user.id, '+919833333333');
  await answer(user.id, 'phone.change-requested', sent);
  await requestAgain(user.id);
  const pending = await answer(user.id, 'phone.change-requested', { rejection: 'BUDGET_EXCEEDED' });
  expect(pending?.pendingPhoneChange).toMatchObject({ phoneNumber: '+919833333333', codeSentAt });
  expect(await claimsOf(user.id)).toBe(2);
  expect(await store.database.outboxRecord.count({ where: { userId: user.id } })).toBe(0);
});

test('a change that no code may be sent for ends, and its number is free', async () => {
  const user = newUser();
  await store.users.saveNewUser(user);
  await changeTo(user.id, '+919844444444');
  const ended = await answer(user.id, 'phone.change-requested', { rejection: 'BUDGET_EXCEEDED' });
  expect(ended).toMatchObject({ pendingPhoneChange: null, version: 3 });
  expect(await claimsOf(user.id)).toBe(1);
});

test('a first code that may not be sent for the moment leaves the number with its user, who may ask again', async () => {
  const user = newUser();
  await store.users.saveNewUser(user);
  const current = await answer(user.id, 'phone.verification-requested', { rejection: 'BUDGET_EXCEEDED' });
  expect(current?.phoneVerification.status).toBe('PENDING');
  expect(await claimsOf(user.id)).toBe(1);
  expect(await requestAgain(user.id)).toMatchObject({ kind: 'requested' });
});

test('proofs of the old and of the new number that come together are judged apart', async () => {
  const user = newUser();
  await store.users.saveNewUser(user);
  await changeTo(user.id, '+919855555555');
  const proof = { userId: user.id, phoneNumber: '+919855555555', verifiedAt: codeSentAt, clientId: 'c' };
  await store.verifications.exchangePhoneNumber(proof);
  const late = { ...proof, phoneNumber: user.phoneNumber };
  for (const proofs of [
    [late, proof],
    [proof, late],
  ]) {
    const outcomes = await Promise.all(proofs.map((each) => store.verifications.recordVerified(each)));
    expect(outcomes.map((outcome) => outcome?.phoneNumber)).toEqual(
      proofs.map((each) => (each === proof ? proof.phoneNumber : undefined)),
    );
  }
});
