import { afterAll, beforeAll, beforeEach, expect, test } from '@jest/globals';
import { rightCode } from '../testing/fake-sister.ts';
import { createdUser, faultsOf, freshNumber, mutate, readUser, untilStatus } from '../testing/flows.ts';
import { type Harness, startHarness } from '../testing/harness.ts';

let harness: Harness;
beforeAll(async () => {
  harness = await startHarness();
});
afterAll(() => harness.close());
beforeEach(() => {
  harness.messaging.mood = 'well';
});

const resend = (userId: string) => mutate(harness, 'resendPhoneVerification', { userId });
const verify = (userId: string) => mutate(harness, 'verifyPhone', { userId, code: rightCode });
const change = (userId: string, phoneNumber: string) => mutate(harness, 'changePhoneNumber', { userId, phoneNumber });
const startsTo = (phoneNumber: string | null) =>
  [...harness.messaging.started.values()].filter((start) => start.phoneNumber === phoneNumber).length;
/** The last code was sent so long ago. */
const sentAgo = (id: string, seconds: number, column = 'code_sent_at') =>
  harness.sql(`UPDATE users SET ${column} = now() - $2::int * interval '1 second' WHERE id = $1`, [id, seconds]);

test('a further code is sent by a request of its own, and changes nothing of the user', async () => {
  const user = await createdUser(harness);
  await sentAgo(user.id, 61);
  expect(await resend(user.id)).toEqual({ user, userErrors: [] });
  expect(startsTo(user.phoneNumber)).toBe(2);
  expect(await harness.sql('SELECT 1 FROM outbox WHERE user_id = $1', [user.id])).toEqual([]);
});

test('within the cool-down the answer tells when to ask again, by the database’s clock', async () => {
  const { id, phoneNumber } = await createdUser(harness);
  await sentAgo(id, 30);
  const [row] = await harness.sql<{ until: Date }>(
    "SELECT code_sent_at + interval '60 seconds' AS until FROM users WHERE id = $1",
    [id],
  );
  const payload = await resend(id);
  expect(faultsOf(payload)).toEqual(['userId COOL_DOWN']);
  expect(payload.userErrors[0]?.message).toContain(`after ${row?.until.toISOString()}`);
  expect(startsTo(phoneNumber)).toBe(1);
});

test('of twenty concurrent requests one code comes', async () => {
  const { id, phoneNumber } = await createdUser(harness);
  await sentAgo(id, 61);
  harness.messaging.loseStartAnswers = true;
  const payloads = await Promise.all(Array.from({ length: 20 }, () => resend(id)));
  expect(await harness.sql('SELECT 1 FROM outbox WHERE user_id = $1', [id])).toHaveLength(1);
  harness.messaging.loseStartAnswers = false;
  expect(payloads.flatMap(faultsOf)).toEqual([]);
  await untilStatus(harness, id, 'CODE_SENT');
  expect(startsTo(phoneNumber)).toBe(2);
});

test('with Messaging away the user is PENDING, the code that they have still counts, and a new one follows', async () => {
  const [waiting, impatient] = await Promise.all([createdUser(harness), createdUser(harness)]);
  await Promise.all([sentAgo(waiting.id, 61), sentAgo(impatient.id, 61)]);
  harness.messaging.mood = 'dead';
  const payloads = [await resend(waiting.id), await resend(impatient.id)];
  expect(payloads.map(({ user }) => user?.phoneVerification.status)).toEqual(['PENDING', 'PENDING']);
  harness.messaging.mood = 'well';
  const proved = await verify(impatient.id);
  expect(proved.user?.phoneVerification.status).toBe('VERIFIED');
  await untilStatus(harness, waiting.id, 'CODE_SENT');
  expect(startsTo(waiting.phoneNumber)).toBe(2);
});

test('a first code that was never sent is hurried, and not doubled', async () => {
  harness.messaging.mood = 'dead';
  const { id, phoneNumber } = await createdUser(harness);
  harness.messaging.mood = 'well';
  const { user } = await resend(id);
  expect(user?.phoneVerification.status).toBe('CODE_SENT');
  expect(startsTo(phoneNumber)).toBe(1);
});

test('while a change is pending the code goes to the new number', async () => {
  const { id, phoneNumber: own } = await createdUser(harness);
  await verify(id);
  const phoneNumber = freshNumber();
  const { user } = await change(id, phoneNumber);
  await sentAgo(id, 30, 'pending_code_sent_at');
  expect(faultsOf(await resend(id))).toEqual(['userId COOL_DOWN']);
  await sentAgo(id, 61, 'pending_code_sent_at');
  expect(await resend(id)).toEqual({ user, userErrors: [] });
  expect([startsTo(own), startsTo(phoneNumber)]).toEqual([1, 2]);
});

test('who is verified and changes nothing has nothing to ask for', async () => {
  const { id } = await createdUser(harness);
  await verify(id);
  expect(faultsOf(await resend(id))).toEqual(['userId NOT_ALLOWED']);
});

test('a number that was refused or lost is sent nothing', async () => {
  const { id, phoneNumber } = await createdUser(harness);
  await harness.sql('UPDATE phone_claims SET expires_at = now() WHERE user_id = $1', [id]);
  await createdUser(harness, { phoneNumber });
  expect(faultsOf(await resend(id))).toEqual(['userId PHONE_NUMBER_TAKEN']);
  const refused = await createdUser(harness);
  await sentAgo(refused.id, 61);
  harness.messaging.refusedLate.set(refused.phoneNumber ?? '', 'PHONE_NUMBER_BLOCKED');
  for (let time = 0; time < 2; time += 1) {
    expect(faultsOf(await resend(refused.id))).toEqual(['userId PHONE_NUMBER_BLOCKED']);
  }
  expect((await readUser(harness, refused.id))?.phoneVerification.status).toBe('FAILED');
});

test.each(['nobody', '', '\u0000', '0193c9a0-7b6e-7c52-9f0a-5d4f7f3a2b10'])('user %j is not found', async (userId) => {
  expect(faultsOf(await resend(userId))).toEqual(['userId NOT_FOUND']);
});
