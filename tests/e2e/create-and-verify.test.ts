import { expect, test } from '@jest/globals';
import { openAtrium } from '../support/atrium.ts';
import { codeTo, messagesTo, messageTo, otherCode } from '../support/inbox.ts';
import { newPerson } from '../support/phone-numbers.ts';
import { sharedSystem } from '../support/test-system.ts';

const system = await sharedSystem();
const atrium = openAtrium(system);

test('Asha Rao signs up with her number as she writes it, and the code that arrives proves it', async () => {
  const { user, userErrors } = await atrium.createUser({
    name: 'Asha Rao',
    phoneNumber: '098765 43210',
    country: 'IN',
    location: 'Pune',
  });
  expect(userErrors).toEqual([]);
  expect(user).toMatchObject({
    name: 'Asha Rao',
    phoneNumber: '+919876543210',
    country: 'IN',
    location: 'Pune',
    phoneVerification: { status: 'CODE_SENT' },
  });
  const userId = user?.id ?? '';

  const code = await codeTo(system, '+919876543210');
  expect(code).toMatch(/^\d{6}$/);
  const verified = await atrium.verifyPhone({ userId, code });
  expect(verified.userErrors).toEqual([]);
  expect(verified.user?.phoneVerification).toMatchObject({ status: 'VERIFIED', verifiedAt: expect.any(String) });
  expect((await atrium.user(userId))?.phoneVerification).toMatchObject({ status: 'VERIFIED', failure: null });
});

test('a wrong code is refused, and the right one still serves after it', async () => {
  const user = await atrium.newUser(newPerson());
  const code = await codeTo(system, user.phoneNumber ?? '');
  expect(await atrium.verifyPhone({ userId: user.id, code: otherCode(code) })).toMatchObject({
    user: null,
    userErrors: [{ code: 'CODE_WRONG', field: ['input', 'code'] }],
  });
  expect((await atrium.user(user.id))?.phoneVerification?.status).toBe('CODE_SENT');
  const { user: verified } = await atrium.verifyPhone({ userId: user.id, code });
  expect(verified?.phoneVerification?.status).toBe('VERIFIED');
});

test("someone else's code proves nothing, and stays good for them", async () => {
  const [asha, ravi] = await Promise.all([atrium.newUser(newPerson('Asha')), atrium.newUser(newPerson('Ravi'))]);
  const [hers, his] = await Promise.all([
    codeTo(system, asha.phoneNumber ?? ''),
    codeTo(system, ravi.phoneNumber ?? ''),
  ]);
  // Two codes are the same once in a million runs; then there is nothing to tell them apart by.
  if (hers === his) return;
  const { user, userErrors } = await atrium.verifyPhone({ userId: ravi.id, code: hers });
  expect(user).toBeNull();
  expect(userErrors).toMatchObject([{ code: 'CODE_WRONG' }]);
  expect((await atrium.verifyPhone({ userId: asha.id, code: hers })).userErrors).toEqual([]);
});

test('a code is dead after five wrong tries, the right one included', async () => {
  const user = await atrium.newUser(newPerson());
  const code = await codeTo(system, user.phoneNumber ?? '');
  const outcomes = [];
  for (let wrong = otherCode(code), tries = 0; tries < 5; wrong = otherCode(wrong), tries++) {
    outcomes.push((await atrium.verifyPhone({ userId: user.id, code: wrong })).userErrors[0]?.code);
  }
  expect(outcomes.slice(0, 4)).toEqual(Array(4).fill('CODE_WRONG'));
  expect((await atrium.verifyPhone({ userId: user.id, code })).userErrors).toMatchObject([{ code: 'CODE_USED_UP' }]);
  expect((await atrium.user(user.id))?.phoneVerification?.status).toBe('CODE_SENT');
});

test('an old code, of a user who was deleted since, does not prove the number for the next one', async () => {
  const person = newPerson();
  const first = await atrium.newUser(person);
  const old = await codeTo(system, person.phoneNumber);
  await atrium.deleteUser({ id: first.id });
  const second = await atrium.newUser(person);
  const { user, userErrors } = await atrium.verifyPhone({ userId: second.id, code: old });
  // The new code may be the old one by chance.
  if (user === null) expect(userErrors).toMatchObject([{ code: 'CODE_WRONG' }]);
  else expect(await codeTo(system, person.phoneNumber)).toBe(old);
});

test('the right code again says VERIFIED again and verifies nothing else', async () => {
  const [user, other] = await Promise.all([atrium.newUser(newPerson()), atrium.newUser(newPerson())]);
  const code = await codeTo(system, user.phoneNumber ?? '');
  const first = await atrium.verifyPhone({ userId: user.id, code });
  const again = await atrium.verifyPhone({ userId: user.id, code });
  expect(again).toEqual(first);

  const othersCode = await codeTo(system, other.phoneNumber ?? '');
  if (othersCode !== code) {
    expect((await atrium.verifyPhone({ userId: other.id, code })).userErrors).toMatchObject([{ code: 'CODE_WRONG' }]);
  }
  expect((await atrium.user(other.id))?.phoneVerification?.status).toBe('CODE_SENT');
  await messageTo(system, user.phoneNumber ?? '', 'WELCOME');
  const operations = (await messagesTo(system, user.phoneNumber ?? '')).map((message) => message.operation).sort();
  expect(operations).toEqual(['PHONE_VERIFICATION', 'WELCOME']);
});

test('of twenty tries at once with the right code all say VERIFIED, and one WELCOME follows', async () => {
  const user = await atrium.newUser(newPerson());
  const code = await codeTo(system, user.phoneNumber ?? '');
  const answers = await Promise.all(Array.from({ length: 20 }, () => atrium.verifyPhone({ userId: user.id, code })));
  expect(new Set(answers.map((answer) => JSON.stringify(answer)))).toHaveProperty('size', 1);
  expect(answers[0]?.user?.phoneVerification?.status).toBe('VERIFIED');
  await messageTo(system, user.phoneNumber ?? '', 'WELCOME');
  const welcomes = (await messagesTo(system, user.phoneNumber ?? '')).filter(
    ({ operation }) => operation === 'WELCOME',
  );
  expect(welcomes).toHaveLength(1);
});

test.each([
  { locale: 'hi', written: 'hi', script: /\p{Script=Devanagari}/u },
  { locale: 'hi-IN', written: 'hi', script: /\p{Script=Devanagari}/u },
  { locale: 'en-GB', written: 'en', script: /welcome/i },
  { locale: 'fr', written: 'en', script: /welcome/i },
])('whoever reads $locale is welcomed in $written, after the number is proved and not before', async (row) => {
  const user = await atrium.newUser({ ...newPerson('Kavya'), locale: row.locale });
  const to = user.phoneNumber ?? '';
  const code = await codeTo(system, to);
  expect((await messagesTo(system, to)).map(({ operation }) => operation)).toEqual(['PHONE_VERIFICATION']);
  await atrium.verifyPhone({ userId: user.id, code });
  const welcome = await messageTo(system, to, 'WELCOME');
  expect(welcome).toMatchObject({ to, channel: 'SMS', code: null });
  expect(welcome.locale.split('-')[0]).toBe(row.written);
  expect(welcome.body).toMatch(row.script);
  expect(welcome.body).toContain('Kavya');
});

test('a number belongs to one user: of many creates at once with the same number one succeeds', async () => {
  const person = newPerson();
  const answers = await Promise.all(
    Array.from({ length: 20 }, (_, i) => atrium.createUser({ ...person, name: `Claimant ${i}` })),
  );
  expect(answers.filter(({ user }) => user !== null)).toHaveLength(1);
  for (const { user, userErrors } of answers) {
    if (user) continue;
    expect(userErrors).toMatchObject([{ code: 'PHONE_NUMBER_TAKEN', field: ['input', 'phoneNumber'] }]);
  }
  await codeTo(system, person.phoneNumber);
  expect(await messagesTo(system, person.phoneNumber)).toHaveLength(1);
});

test('a repeated idempotency key has one effect and one answer; with another input it is refused', async () => {
  const person = { ...newPerson(), idempotencyKey: `signup-${crypto.randomUUID()}` };
  const answers = await Promise.all(Array.from({ length: 10 }, () => atrium.createUser(person)));
  expect(new Set(answers.map(({ user }) => user?.id)).size).toBe(1);
  expect(answers.flatMap(({ userErrors }) => userErrors)).toEqual([]);
  const conflict = await atrium.createUser({ ...person, name: 'Somebody Else' });
  expect(conflict).toMatchObject({
    user: null,
    userErrors: [{ code: 'IDEMPOTENCY_CONFLICT', field: ['input', 'idempotencyKey'] }],
  });
  await codeTo(system, person.phoneNumber);
  expect(await messagesTo(system, person.phoneNumber)).toHaveLength(1);
});
