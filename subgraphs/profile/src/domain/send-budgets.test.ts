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
  harness.messaging.overBudget.clear();
});

const anHour = 3_600_000;
const resend = (userId: string) => mutate(harness, 'resendPhoneVerification', { userId });
const startsTo = (phoneNumber: string | null) =>
  [...harness.messaging.started.values()].filter((start) => start.phoneNumber === phoneNumber).length;
const askedFor = (userId: string) =>
  harness.messaging.calls
    .filter(({ operation }) => operation === 'startPhoneVerifications')
    .flatMap(({ inputs }) => inputs.filter((input) => input.userId === userId));

/** A user whose first code is put off. */
async function waitingUser(retryAfterMs = anHour) {
  const phoneNumber = freshNumber();
  harness.messaging.overBudget.set(phoneNumber, retryAfterMs);
  return createdUser(harness, { phoneNumber });
}

const records = (userId: string) =>
  harness.sql<{ seconds: number; type: string }>(
    'SELECT type, extract(epoch FROM due_at - now())::float8 AS seconds FROM outbox WHERE user_id = $1',
    [userId],
  );

test('a user over a budget is created PENDING, and the code is asked for again by the same request when Messaging says', async () => {
  const user = await waitingUser();
  expect(user.phoneVerification).toMatchObject({ status: 'PENDING', codeSentAt: null, failure: null });
  const [record] = await records(user.id);
  expect(record?.seconds).toBeGreaterThan(3_500);
  expect(record?.seconds).toBeLessThan(1.11 * 3_600);

  await harness.sql("UPDATE outbox SET due_at = now() - interval '1 second' WHERE user_id = $1", [user.id]);
  while (askedFor(user.id).length < 2) await readUser(harness, user.id);
  expect((await readUser(harness, user.id))?.phoneVerification.status).toBe('PENDING');

  harness.messaging.overBudget.clear();
  // The refusal of just now may still be on its way to the record.
  while ((await records(user.id)).some(({ seconds }) => seconds < 60)) await readUser(harness, user.id);
  await harness.sql("UPDATE outbox SET due_at = now() - interval '1 second' WHERE user_id = $1", [user.id]);
  await untilStatus(harness, user.id, 'CODE_SENT');
  expect(startsTo(user.phoneNumber)).toBe(1);
  expect(new Set(askedFor(user.id).map(({ requestId }) => requestId)).size).toBe(1);
  expect(askedFor(user.id).every(({ comesAgain }) => comesAgain)).toBe(true);
  expect(await records(user.id)).toEqual([]);
});

test('with a short wait nobody has to do anything', async () => {
  const user = await waitingUser(200);
  harness.messaging.overBudget.clear();
  await untilStatus(harness, user.id, 'CODE_SENT');
  expect(startsTo(user.phoneNumber)).toBe(1);
});

test('who asks for the first code again is told that it comes by itself, and when', async () => {
  const user = await waitingUser();
  const payload = await resend(user.id);
  expect(faultsOf(payload)).toEqual(['userId BUDGET_EXCEEDED']);
  expect(payload.userErrors[0]?.message).toBe(
    'Too many codes were asked for. This one is sent by itself, in 60 minutes at the earliest.',
  );
  expect(await records(user.id)).toHaveLength(1);
  harness.messaging.overBudget.clear();
  expect((await resend(user.id)).user?.phoneVerification.status).toBe('CODE_SENT');
});

test('over a budget for a further code the one before still counts, and nothing follows unasked', async () => {
  const user = await createdUser(harness);
  await harness.sql("UPDATE users SET code_sent_at = now() - interval '61 seconds' WHERE id = $1", [user.id]);
  harness.messaging.overBudget.set(user.phoneNumber ?? '', 100 * 60_000);
  const payload = await resend(user.id);
  expect(faultsOf(payload)).toEqual(['userId BUDGET_EXCEEDED']);
  expect(payload.userErrors[0]?.message).toBe('Too many codes were asked for. Ask again in 2 hours.');
  expect((await readUser(harness, user.id))?.phoneVerification.status).toBe('CODE_SENT');
  expect(await records(user.id)).toEqual([]);
  expect(askedFor(user.id).map(({ comesAgain }) => comesAgain)).toEqual([true, false]);
  const proved = await mutate(harness, 'verifyPhone', { userId: user.id, code: rightCode });
  expect(proved.user?.phoneVerification.status).toBe('VERIFIED');
});

test('a change to a number that has no budget is refused, and tells when', async () => {
  const user = await createdUser(harness);
  const phoneNumber = freshNumber();
  harness.messaging.overBudget.set(phoneNumber, 30_000);
  const payload = await mutate(harness, 'changePhoneNumber', { userId: user.id, phoneNumber });
  expect(faultsOf(payload)).toEqual(['phoneNumber BUDGET_EXCEEDED']);
  expect(payload.userErrors[0]?.message).toBe('Too many codes were asked for. Ask again in a minute.');
  expect((await readUser(harness, user.id))?.pendingPhoneChange).toBeNull();
  expect(askedFor(user.id).at(-1)).toMatchObject({ phoneNumber, comesAgain: false });
});

test('that a user is gone is told at once, however long their code would have waited', async () => {
  const user = await waitingUser();
  await harness.ask('mutation ($input: DeleteUserInput!) { deleteUser(input: $input) { deletedUserId } }', {
    input: { id: user.id },
  });
  await harness.messaging.eventOf('user.deleted', user.id);
});

test('a code is asked for with the address that its client has, also among those of others', async () => {
  const addresses = ['192.0.2.1', '192.0.2.2', '192.0.2.3'];
  const users = await Promise.all(addresses.map((clientAddress) => createdUser(harness, {}, { clientAddress })));
  expect(users.map(({ id }) => askedFor(id)[0]?.clientAddress)).toEqual(addresses);
});
