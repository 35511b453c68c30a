import { afterAll, beforeAll, beforeEach, expect, test } from '@jest/globals';
import { createdUser, faultsOf, freshInput, freshNumber, mutate, readUser, untilStatus } from '../testing/flows.ts';
import { type Harness, startHarness } from '../testing/harness.ts';

let harness: Harness;
beforeAll(async () => {
  harness = await startHarness();
});
afterAll(() => harness.close());
beforeEach(() => {
  harness.messaging.mood = 'well';
  harness.messaging.loseStartAnswers = false;
  harness.messaging.calls.length = 0;
});

const starts = () =>
  harness.messaging.calls
    .filter(({ operation }) => operation === 'startPhoneVerifications')
    .flatMap(({ inputs }) => inputs);
const outboxOf = (userId: string) => harness.sql('SELECT * FROM outbox WHERE user_id = $1', [userId]);
const countUsers = async (phoneNumber: string) =>
  (await harness.sql('SELECT 1 FROM users WHERE phone_number = $1', [phoneNumber])).length;

test('a number written nationally is saved as E.164 and a code is sent to it', async () => {
  const input = { name: ' Asha Rao ', phoneNumber: '098765 43210', country: 'in', location: 'Pune', locale: 'hi-in' };
  const { user, userErrors } = await mutate(harness, 'createUser', input);
  expect(userErrors).toEqual([]);
  expect(user).toMatchObject({
    name: 'Asha Rao',
    phoneNumber: '+919876543210',
    country: 'IN',
    location: 'Pune',
    locale: 'hi-IN',
    version: 1,
    phoneVerification: { status: 'CODE_SENT', codeSentAt: '2026-11-24T09:30:00.000Z', failure: null },
  });
  expect(await readUser(harness, user?.id ?? '')).toEqual(user);
  expect(await outboxOf(user?.id ?? '')).toEqual([]);
});

test('each question to Messaging is asked in the service’s own name and names its client', async () => {
  await createdUser(harness, {}, { clientId: 'shop' });
  expect(harness.messaging.calls.map(({ operation }) => operation)).toEqual([
    'validatePhoneNumbers',
    'startPhoneVerifications',
  ]);
  for (const { inputs, caller } of harness.messaging.calls) {
    expect(inputs).toMatchObject([{ clientId: 'shop' }]);
    expect(caller).toEqual({ kind: 'service', service: 'profile' });
  }
});

test('a number that Messaging refuses is told by its code, and nothing is stored', async () => {
  const phoneNumber = freshNumber();
  harness.messaging.refusedAtOnce.set(phoneNumber, 'PHONE_NUMBER_TYPE_NOT_ALLOWED');
  const payload = await mutate(harness, 'createUser', freshInput({ phoneNumber, idempotencyKey: 'refused' }));
  expect(faultsOf(payload)).toEqual(['phoneNumber PHONE_NUMBER_TYPE_NOT_ALLOWED']);
  expect(payload.user).toBeNull();
  expect(await countUsers(phoneNumber)).toBe(0);
  expect(await harness.sql('SELECT 1 FROM phone_claims WHERE phone_number = $1', [phoneNumber])).toEqual([]);
});

test('the key of a refused create may come again with what was mended', async () => {
  const phoneNumber = freshNumber();
  harness.messaging.refusedAtOnce.set(phoneNumber, 'PHONE_NUMBER_BLOCKED');
  const key = { idempotencyKey: 'mended' };
  expect((await mutate(harness, 'createUser', freshInput({ phoneNumber, ...key }))).user).toBeNull();
  expect((await mutate(harness, 'createUser', freshInput(key))).user).not.toBeNull();
});

test('fifty concurrent creates with one number make one user', async () => {
  const phoneNumber = freshNumber();
  const payloads = await Promise.all(
    Array.from({ length: 50 }, () => mutate(harness, 'createUser', freshInput({ phoneNumber }))),
  );
  expect(payloads.filter(({ user }) => user !== null)).toHaveLength(1);
  expect(payloads.flatMap(faultsOf)).toEqual(Array(49).fill('phoneNumber PHONE_NUMBER_TAKEN'));
  expect(await countUsers(phoneNumber)).toBe(1);
  expect(starts()).toHaveLength(1);
});

test('concurrent creates travel to Messaging and to the disk together', async () => {
  const users = await Promise.all(Array.from({ length: 40 }, () => createdUser(harness)));
  const commits = await harness.sql('SELECT DISTINCT xmin::text FROM users WHERE id = ANY ($1::uuid[])', [
    users.map(({ id }) => id),
  ]);
  expect(starts()).toHaveLength(40);
  expect(harness.messaging.calls.length).toBeLessThan(40);
  expect(commits.length).toBeLessThan(20);
});

test('twenty concurrent repeats of one key make one user, send one code and hear one answer', async () => {
  const input = freshInput({ idempotencyKey: 'twenty' });
  const payloads = await Promise.all(Array.from({ length: 20 }, () => mutate(harness, 'createUser', input)));
  for (const payload of payloads) expect(payload).toEqual(payloads[0]);
  expect(payloads[0]?.user?.phoneVerification.status).toBe('CODE_SENT');
  expect(await countUsers(input.phoneNumber)).toBe(1);
  expect(starts()).toHaveLength(1);
  expect(await mutate(harness, 'createUser', input)).toEqual(payloads[0]);
});

test('repeats of one key that race in two processes make one user and one code', async () => {
  const other = await harness.startAnother();
  const input = freshInput({ idempotencyKey: 'two-processes' });
  const payloads = await Promise.all(
    Array.from({ length: 20 }, (_, index) => mutate(harness, 'createUser', input, index % 2 ? { profile: other } : {})),
  );
  expect(new Set(payloads.map(({ user }) => user?.id))).toEqual(new Set([payloads[0]?.user?.id]));
  expect(payloads.flatMap(faultsOf)).toEqual([]);
  expect(new Set(starts().map(({ requestId }) => requestId)).size).toBe(1);
});

test('a key with another input is a conflict, and another client’s same key is not', async () => {
  const key = { idempotencyKey: 'mine' };
  await createdUser(harness, key);
  expect(faultsOf(await mutate(harness, 'createUser', freshInput(key)))).toEqual([
    'idempotencyKey IDEMPOTENCY_CONFLICT',
  ]);
  await createdUser(harness, key, { clientId: 'somebody-else' });
});

test('of two inputs that race for one key, one makes a user and the other is a conflict', async () => {
  const payloads = await Promise.all(
    Array.from({ length: 10 }, () => mutate(harness, 'createUser', freshInput({ idempotencyKey: 'raced' }))),
  );
  expect(payloads.filter(({ user }) => user)).toHaveLength(1);
  expect(payloads.flatMap(faultsOf)).toEqual(Array(9).fill('idempotencyKey IDEMPOTENCY_CONFLICT'));
});

test('a key whose time is over may make another user', async () => {
  const first = await createdUser(harness, { idempotencyKey: 'old' });
  await harness.sql('UPDATE idempotency_keys SET expires_at = now() WHERE user_id = $1', [first.id]);
  const second = await createdUser(harness, { idempotencyKey: 'old' });
  expect(second.id).not.toBe(first.id);
});

test.each(['dead', 'asleep'] as const)(
  'with Messaging %s the user is PENDING at once, and the code is sent later',
  async (mood) => {
    harness.messaging.mood = mood;
    const user = await createdUser(harness);
    expect(user.phoneVerification.status).toBe('PENDING');
    expect(starts()).toHaveLength(0);
    harness.messaging.mood = 'well';
    expect(await untilStatus(harness, user.id, 'CODE_SENT')).toMatchObject({ version: 1 });
    expect(await outboxOf(user.id)).toEqual([]);
  },
);

test.each([
  ['12345', 'PHONE_NUMBER_INVALID'],
  ['call me', 'INVALID_FORMAT'],
  ['06 12 34 56 78', 'PHONE_NUMBER_WRONG_COUNTRY'],
])('with Messaging dead the form of %s is still judged, by the same code', async (phoneNumber, code) => {
  harness.messaging.mood = 'dead';
  expect(faultsOf(await mutate(harness, 'createUser', freshInput({ phoneNumber })))).toEqual([`phoneNumber ${code}`]);
});

test('a number that is refused late fails the user and is free again', async () => {
  harness.messaging.mood = 'dead';
  const phoneNumber = freshNumber();
  harness.messaging.refusedLate.set(phoneNumber, 'PHONE_NUMBER_TYPE_NOT_ALLOWED');
  const { id } = await createdUser(harness, { phoneNumber });
  harness.messaging.mood = 'well';
  expect(await untilStatus(harness, id, 'FAILED')).toMatchObject({
    version: 2,
    phoneVerification: { failure: 'PHONE_NUMBER_TYPE_NOT_ALLOWED', codeSentAt: null },
  });
  harness.messaging.refusedLate.clear();
  await createdUser(harness, { phoneNumber });
});

test('when the answer to a start is lost, the same request is made again and no second code', async () => {
  harness.messaging.loseStartAnswers = true;
  const user = await createdUser(harness);
  expect(user.phoneVerification.status).toBe('PENDING');
  harness.messaging.loseStartAnswers = false;
  await untilStatus(harness, user.id, 'CODE_SENT');
  expect(new Set(starts().map(({ requestId }) => requestId)).size).toBe(1);
});

test('a repeat after a crash between save and answer goes on with the same user', async () => {
  harness.messaging.loseStartAnswers = true;
  const input = freshInput({ idempotencyKey: 'crashed' });
  const first = await mutate(harness, 'createUser', input);
  harness.messaging.loseStartAnswers = false;
  const repeat = await mutate(harness, 'createUser', input, { profile: await harness.startAnother() });
  expect(repeat.user?.id).toBe(first.user?.id);
  expect(repeat.user?.phoneVerification.status).toBe('CODE_SENT');
  expect(new Set(starts().map(({ requestId }) => requestId)).size).toBe(1);
});

test('an unverified claim lapses and may be taken over; who held it has FAILED', async () => {
  const phoneNumber = freshNumber();
  const first = await createdUser(harness, { phoneNumber });
  await harness.sql('UPDATE phone_claims SET expires_at = now() WHERE user_id = $1', [first.id]);
  const second = await createdUser(harness, { phoneNumber });
  expect(await readUser(harness, first.id)).toMatchObject({
    version: 2,
    phoneVerification: { status: 'FAILED', failure: 'PHONE_NUMBER_TAKEN' },
  });
  expect(await readUser(harness, second.id)).toMatchObject({ phoneVerification: { status: 'CODE_SENT' } });
});

test('all own faults are told together', async () => {
  const input = {
    name: ' ',
    phoneNumber: '12345',
    country: 'QQ',
    email: 'nobody',
    locale: 'english',
    location: 'a\u0000b',
  };
  expect(faultsOf(await mutate(harness, 'createUser', { ...input, idempotencyKey: '' })).sort()).toEqual([
    'country COUNTRY_UNKNOWN',
    'email EMAIL_INVALID',
    'idempotencyKey REQUIRED',
    'locale LOCALE_INVALID',
    'location INVALID_FORMAT',
    'name REQUIRED',
  ]);
});

test.each([
  ['name', 'x'.repeat(1_000_000), 'TOO_LONG'],
  ['name', '🙂'.repeat(101), 'TOO_LONG'],
  ['name', 'a\ud800', 'INVALID_FORMAT'],
  ['name', 'a\nb', 'INVALID_FORMAT'],
  ['name', '\u200b', 'REQUIRED'],
  ['phoneNumber', '', 'REQUIRED'],
  ['phoneNumber', '\u0000', 'INVALID_FORMAT'],
  ['phoneNumber', '1'.repeat(1_000_000), 'TOO_LONG'],
  ['country', '', 'REQUIRED'],
  ['country', 'India', 'COUNTRY_UNKNOWN'],
  ['email', `${'a'.repeat(300)}@example.com`, 'TOO_LONG'],
  ['email', 'a b@example.com', 'EMAIL_INVALID'],
  ['locale', 'en_GB', 'LOCALE_INVALID'],
  ['idempotencyKey', 'k'.repeat(201), 'TOO_LONG'],
  ['idempotencyKey', '\u0000', 'INVALID_FORMAT'],
])('%s (case %#) has a code of its own', async (field, value, code) => {
  expect(faultsOf(await mutate(harness, 'createUser', freshInput({ [field]: value })))).toEqual([`${field} ${code}`]);
});

test.each(['🙂'.repeat(100), 'عائشة', 'अआइ', 'O’Brien-Núñez', '\u202aAsha\u202c'])('%s is a name', async (name) => {
  expect(await createdUser(harness, { name })).toMatchObject({ name });
});
