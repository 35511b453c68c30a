import { afterAll, beforeAll, beforeEach, expect, test } from '@jest/globals';
import { rightCode } from '../testing/fake-sister.ts';
import { createdUser, faultsOf, freshNumber, mutate, readUser, untilStatus } from '../testing/flows.ts';
import { allScopes, type Harness, startHarness } from '../testing/harness.ts';

let harness: Harness;
beforeAll(async () => {
  harness = await startHarness();
});
afterAll(() => harness.close());
beforeEach(() => {
  harness.messaging.mood = 'well';
});

const verify = (userId: string, code: string) => mutate(harness, 'verifyPhone', { userId, code });
const lapse = (userId: string) =>
  harness.sql('UPDATE phone_claims SET expires_at = now() WHERE user_id = $1', [userId]);

test('the right code verifies the user, and Messaging is told once', async () => {
  const { id } = await createdUser(harness, {}, { clientId: 'shop' });
  const { user } = await verify(id, ` ${rightCode.slice(0, 3)}-${rightCode.slice(3)} `);
  expect(user).toMatchObject({ version: 2, phoneVerification: { status: 'VERIFIED', failure: null } });
  expect(await readUser(harness, id)).toEqual(user);
  const event = await harness.messaging.eventOf('user.verified', id);
  expect(event).toMatchObject({ source: '/profile', subject: id, data: { version: 2, clientId: 'client-1' } });

  expect(await verify(id, rightCode)).toEqual({ user, userErrors: [] });
  expect(await harness.sql('SELECT 1 FROM outbox WHERE user_id = $1', [id])).toEqual([]);
  expect(harness.messaging.events.filter(({ subject }) => subject === id)).toHaveLength(1);
});

test('twenty concurrent checks of the right code verify once and tell once', async () => {
  const { id } = await createdUser(harness);
  const payloads = await Promise.all(Array.from({ length: 20 }, () => verify(id, rightCode)));
  for (const { user } of payloads) expect(user?.phoneVerification.status).toBe('VERIFIED');
  expect((await readUser(harness, id))?.version).toBe(2);
  await harness.messaging.eventOf('user.verified', id);
  expect(harness.messaging.events.filter(({ subject }) => subject === id)).toHaveLength(1);
});

test.each([
  ['000000', 'CODE_WRONG'],
  ['12345', 'INVALID_FORMAT'],
  ['1234567', 'INVALID_FORMAT'],
  ['48291a', 'INVALID_FORMAT'],
  ['4\u00008291', 'INVALID_FORMAT'],
  [' ', 'REQUIRED'],
  ['1'.repeat(1_000_000), 'INVALID_FORMAT'],
])('the code %# is refused, and the user stays as they are', async (code, expected) => {
  const user = await createdUser(harness);
  expect(faultsOf(await verify(user.id, code))).toEqual([`code ${expected}`]);
  expect(await readUser(harness, user.id)).toEqual(user);
});

test.each(['४८२९१५', '٤٨٢٩١٥', '４８２９１５'])('%s is read as the code 482915', async (code) => {
  const { id } = await createdUser(harness);
  expect((await verify(id, code)).userErrors).toEqual([]);
});

test.each(['nobody', '0193c9a0-7b6e-7c52-9f0a-5d4f7f3a2b10', ''])('user %s is not found', async (userId) => {
  expect(faultsOf(await verify(userId, rightCode))).toEqual(['userId NOT_FOUND']);
});

test('the right code for a number that somebody else has taken over verifies nobody', async () => {
  const phoneNumber = freshNumber();
  const { id } = await createdUser(harness, { phoneNumber });
  await lapse(id);
  await createdUser(harness, { phoneNumber });
  expect(faultsOf(await verify(id, rightCode))).toEqual(['userId PHONE_NUMBER_TAKEN']);
  expect(await readUser(harness, id)).toMatchObject({ phoneVerification: { status: 'FAILED' } });
});

test('while proof and takeover race, the number has one holder', async () => {
  for (let round = 0; round < 5; round += 1) {
    const phoneNumber = freshNumber();
    const { id } = await createdUser(harness, { phoneNumber });
    await lapse(id);
    const [proof, takeover] = await Promise.all([
      verify(id, rightCode),
      mutate(harness, 'createUser', { name: 'Ravi', phoneNumber, country: 'IN' }),
    ]);
    expect([proof.user, takeover.user].filter(Boolean)).toHaveLength(1);
    const holders = await harness.sql('SELECT user_id FROM phone_claims WHERE phone_number = $1', [phoneNumber]);
    expect(holders).toEqual([{ user_id: (proof.user ?? takeover.user)?.id }]);
  }
});

test('a verified number is never taken over', async () => {
  const phoneNumber = freshNumber();
  const { id } = await createdUser(harness, { phoneNumber });
  await verify(id, rightCode);
  await lapse(id);
  const payload = await mutate(harness, 'createUser', { name: 'Ravi', phoneNumber, country: 'IN' });
  expect(faultsOf(payload)).toEqual(['phoneNumber PHONE_NUMBER_TAKEN']);
});

test('without Messaging a code cannot be judged: UNAVAILABLE, with when to try again', async () => {
  const { id } = await createdUser(harness);
  harness.messaging.mood = 'dead';
  const answer = await harness.ask(
    'mutation ($input: VerifyPhoneInput!) { verifyPhone(input: $input) { user { id } } }',
    { input: { userId: id, code: rightCode } },
    { scopes: allScopes },
  );
  expect(answer.data).toEqual({ verifyPhone: null });
  expect(answer.errors?.[0]?.extensions).toMatchObject({ code: 'UNAVAILABLE', retryAfterMs: 1_000 });
  expect(JSON.stringify(answer)).not.toContain('127.0.0.1');
});

test('a user whose code was sent but not yet recorded can be verified', async () => {
  harness.messaging.loseStartAnswers = true;
  const { id, phoneVerification } = await createdUser(harness);
  expect(phoneVerification.status).toBe('PENDING');
  expect((await verify(id, rightCode)).user?.phoneVerification.status).toBe('VERIFIED');
  harness.messaging.loseStartAnswers = false;
  await harness.messaging.eventOf('user.verified', id);
  await untilStatus(harness, id, 'VERIFIED');
});
