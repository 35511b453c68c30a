import { afterAll, beforeAll, beforeEach, expect, test } from '@jest/globals';
import { rightCode } from '../testing/fake-sister.ts';
import { createdUser, faultsOf, freshInput, freshNumber, mutate, readUser, type UserAnswer } from '../testing/flows.ts';
import { type ClientOptions, type Harness, startHarness } from '../testing/harness.ts';

let harness: Harness;
beforeAll(async () => {
  harness = await startHarness();
});
afterAll(() => harness.close());
beforeEach(() => {
  harness.messaging.mood = 'well';
});

const change = (userId: string, phoneNumber: string, more: object = {}, options?: ClientOptions) =>
  mutate(harness, 'changePhoneNumber', { userId, phoneNumber, ...more }, options);
const verify = (userId: string, code: string) => mutate(harness, 'verifyPhone', { userId, code });
const lapse = (phoneNumber: string) =>
  harness.sql('UPDATE phone_claims SET expires_at = now() WHERE phone_number = $1', [phoneNumber]);
const claims = (userId: string) =>
  harness.sql('SELECT phone_number, verified FROM phone_claims WHERE user_id = $1 ORDER BY phone_number', [userId]);
const holdersOf = (phoneNumber: string) =>
  harness.sql('SELECT user_id FROM phone_claims WHERE phone_number = $1', [phoneNumber]);
const startsTo = (phoneNumber: string) =>
  [...harness.messaging.started.values()].filter((start) => start.phoneNumber === phoneNumber).length;

async function verifiedUser(): Promise<UserAnswer> {
  const { id } = await createdUser(harness);
  const { user } = await verify(id, rightCode);
  if (!user) throw new Error('not verified');
  return user;
}

/** A number with a code of its own. */
function numberWithCode(code: string): string {
  const phoneNumber = freshNumber();
  harness.messaging.codes.set(phoneNumber, code);
  return phoneNumber;
}

async function untilUser(id: string, fits: (user: UserAnswer) => boolean): Promise<UserAnswer> {
  for (;;) {
    const user = await readUser(harness, id);
    if (user && fits(user)) return user;
  }
}
const untilCodeSent = (id: string) => untilUser(id, ({ pendingPhoneChange }) => pendingPhoneChange?.codeSentAt != null);
const untilEnded = (id: string) => untilUser(id, ({ pendingPhoneChange }) => pendingPhoneChange === null);

test('the new number waits with its code, the old one stays, and the right code exchanges them', async () => {
  const before = await verifiedUser();
  const phoneNumber = numberWithCode('111111');
  const { user: waiting, userErrors } = await change(before.id, phoneNumber);
  expect(userErrors).toEqual([]);
  const pendingPhoneChange = {
    phoneNumber,
    codeSentAt: '2026-11-24T09:30:00.000Z',
    codeExpiresAt: '2026-11-24T09:40:00.000Z',
  };
  expect(waiting).toEqual({ ...before, version: 3, updatedAt: waiting?.updatedAt, pendingPhoneChange });
  expect(await readUser(harness, before.id)).toEqual(waiting);

  const { user } = await verify(before.id, '111111');
  expect(user).toMatchObject({ phoneNumber, version: 4, pendingPhoneChange: null });
  expect(user?.phoneVerification).toMatchObject({ status: 'VERIFIED', codeSentAt: pendingPhoneChange.codeSentAt });
  expect(await claims(before.id)).toEqual([{ phone_number: phoneNumber, verified: true }]);
  expect(await readUser(harness, before.id)).toEqual(user);
  // A lost answer can be asked for again, and the old number is free.
  expect(await verify(before.id, '111111')).toEqual({ user, userErrors: [] });
  await createdUser(harness, { phoneNumber: before.phoneNumber });
});

test('a code that went to the verified old number does not stand for the new one', async () => {
  const { id } = await verifiedUser();
  const { user } = await change(id, numberWithCode('111111'));
  expect(faultsOf(await verify(id, rightCode))).toEqual(['code CODE_WRONG']);
  expect(await readUser(harness, id)).toEqual(user);
});

test('while the old number is not verified either, each code proves the number it went to', async () => {
  const { id, phoneNumber: old } = await createdUser(harness);
  const phoneNumber = numberWithCode('111111');
  await change(id, phoneNumber);
  const first = await verify(id, rightCode);
  expect(first.user).toMatchObject({ phoneNumber: old, pendingPhoneChange: { phoneNumber } });
  expect(first.user?.phoneVerification.status).toBe('VERIFIED');
  const second = await verify(id, '111111');
  expect(second.user).toMatchObject({ phoneNumber, pendingPhoneChange: null });
  expect(await claims(id)).toEqual([{ phone_number: phoneNumber, verified: true }]);
});

test('Messaging hears of the first proof of a user, and not of a later number', async () => {
  const { id } = await createdUser(harness);
  await change(id, numberWithCode('111111'));
  await verify(id, '111111');
  const event = await harness.messaging.eventOf('user.verified', id);
  expect(event).toMatchObject({ data: { version: 3 } });
  await change(id, numberWithCode('222222'));
  await verify(id, '222222');
  expect(await harness.sql('SELECT type FROM outbox WHERE user_id = $1', [id])).toEqual([]);
  expect(harness.messaging.events.filter(({ subject }) => subject === id)).toHaveLength(1);
});

test('twenty concurrent proofs of one change exchange the numbers once', async () => {
  const { id } = await verifiedUser();
  const phoneNumber = numberWithCode('111111');
  await change(id, phoneNumber);
  const payloads = await Promise.all(Array.from({ length: 20 }, () => verify(id, '111111')));
  expect(payloads.flatMap(faultsOf)).toEqual([]);
  expect(await readUser(harness, id)).toMatchObject({ phoneNumber, version: 4 });
});

test('a second change replaces the first and frees its number; the same again makes no second code', async () => {
  const { id, phoneNumber: own } = await verifiedUser();
  const [first, second] = [numberWithCode('111111'), numberWithCode('222222')];
  await change(id, first);
  const { user } = await change(id, second);
  expect(user?.pendingPhoneChange?.phoneNumber).toBe(second);
  expect(faultsOf(await verify(id, '111111'))).toEqual(['code CODE_WRONG']);
  expect((await claims(id)).map(({ phone_number }) => phone_number)).toEqual([own, second].sort());
  await createdUser(harness, { phoneNumber: first });
  expect(await change(id, second)).toEqual({ user, userErrors: [] });
  expect(startsTo(second)).toBe(1);
});

test('a national number is read in the country of the user', async () => {
  const { id } = await verifiedUser();
  const phoneNumber = freshNumber();
  const { user } = await change(id, `0${phoneNumber.slice(3)}`);
  expect(user?.pendingPhoneChange).toMatchObject({ phoneNumber });
});

test('the own number, one that another holds, and one that another waits for are refused and change nothing', async () => {
  const user = await verifiedUser();
  const other = await createdUser(harness);
  const waited = freshNumber();
  await change(other.id, waited);
  for (const [phoneNumber, code] of [
    [user.phoneNumber, 'NOT_ALLOWED'],
    [other.phoneNumber, 'PHONE_NUMBER_TAKEN'],
    [waited, 'PHONE_NUMBER_TAKEN'],
  ] as const) {
    const payload = await change(user.id, phoneNumber ?? '', { idempotencyKey: `refused-${code}-${phoneNumber}` });
    expect(faultsOf(payload)).toEqual([`phoneNumber ${code}`]);
  }
  expect(await readUser(harness, user.id)).toEqual(user);
  expect(await claims(user.id)).toHaveLength(1);
  expect(await harness.sql('SELECT 1 FROM idempotency_keys WHERE user_id = $1', [user.id])).toEqual([]);
});

test.each([
  ['', 'phoneNumber REQUIRED'],
  ['\u0000', 'phoneNumber INVALID_FORMAT'],
  ['9'.repeat(2_000), 'phoneNumber TOO_LONG'],
])('the phone number %# is refused', async (phoneNumber, fault) => {
  const user = await createdUser(harness);
  expect(faultsOf(await change(user.id, phoneNumber))).toEqual([fault]);
  expect(await readUser(harness, user.id)).toEqual(user);
});

test('all that is wrong is told at once', async () => {
  expect(faultsOf(await change('nobody', '', { idempotencyKey: '' }))).toEqual([
    'userId NOT_FOUND',
    'phoneNumber REQUIRED',
    'idempotencyKey REQUIRED',
  ]);
  expect(faultsOf(await change('0193c9a0-7b6e-7c52-9f0a-5d4f7f3a2b10', freshNumber()))).toEqual(['userId NOT_FOUND']);
});

test.each(['refusedAtOnce', 'refusedLate'] as const)(
  'a number that Messaging refuses (%s) leaves the user as they are and the key unused',
  async (when) => {
    const before = await verifiedUser();
    const phoneNumber = freshNumber();
    const idempotencyKey = `key-${phoneNumber}`;
    harness.messaging[when].set(phoneNumber, 'PHONE_NUMBER_BLOCKED');
    expect(faultsOf(await change(before.id, phoneNumber, { idempotencyKey }))).toEqual([
      'phoneNumber PHONE_NUMBER_BLOCKED',
    ]);
    const { phoneNumber: own, phoneVerification, pendingPhoneChange } = before;
    expect(await readUser(harness, before.id)).toMatchObject({
      phoneNumber: own,
      phoneVerification,
      pendingPhoneChange,
    });
    expect(await claims(before.id)).toEqual([{ phone_number: own, verified: true }]);
    expect((await change(before.id, freshNumber(), { idempotencyKey })).userErrors).toEqual([]);
  },
);

test('with Messaging away the number is held at once, and the outbox has the code sent', async () => {
  const { id } = await verifiedUser();
  const phoneNumber = freshNumber();
  harness.messaging.mood = 'dead';
  const { user } = await change(id, phoneNumber);
  expect(user?.pendingPhoneChange).toEqual({ phoneNumber, codeSentAt: null, codeExpiresAt: null });
  harness.messaging.mood = 'well';
  await untilCodeSent(id);
  expect(await holdersOf(phoneNumber)).toEqual([{ user_id: id }]);
  expect(await harness.sql('SELECT 1 FROM outbox WHERE user_id = $1', [id])).toEqual([]);
});

test('a number that is refused when Messaging is back ends the change, and nothing else', async () => {
  const { id, phoneNumber: own } = await createdUser(harness);
  const phoneNumber = freshNumber();
  harness.messaging.refusedLate.set(phoneNumber, 'PHONE_NUMBER_BLOCKED');
  harness.messaging.mood = 'dead';
  await change(id, phoneNumber);
  harness.messaging.mood = 'well';
  const user = await untilEnded(id);
  expect(user).toMatchObject({ phoneNumber: own, version: 3, phoneVerification: { status: 'CODE_SENT' } });
  expect(await claims(id)).toEqual([{ phone_number: own, verified: false }]);
});

test('a first number that is refused late takes a pending change with it in no way', async () => {
  harness.messaging.mood = 'dead';
  const { id, phoneNumber: own } = await createdUser(harness);
  const phoneNumber = freshNumber();
  await change(id, phoneNumber);
  harness.messaging.refusedLate.set(own ?? '', 'PHONE_NUMBER_BLOCKED');
  harness.messaging.mood = 'well';
  const user = await untilCodeSent(id);
  expect(user.phoneVerification).toMatchObject({ status: 'FAILED', failure: 'PHONE_NUMBER_BLOCKED' });
  expect(await claims(id)).toEqual([{ phone_number: phoneNumber, verified: false }]);
  expect((await verify(id, rightCode)).user).toMatchObject({
    phoneNumber,
    phoneVerification: { status: 'VERIFIED', failure: null },
  });
});

test('the same key and input have one effect and one code; another input is a conflict', async () => {
  const { id } = await verifiedUser();
  const phoneNumber = freshNumber();
  const idempotencyKey = `once-${id}`;
  const payloads = await Promise.all(Array.from({ length: 10 }, () => change(id, phoneNumber, { idempotencyKey })));
  const other = await harness.startAnother();
  payloads.push(await change(id, phoneNumber, { idempotencyKey }, { profile: other }));
  for (const { user } of payloads) expect(user).toMatchObject({ version: 3, pendingPhoneChange: { phoneNumber } });
  expect(startsTo(phoneNumber)).toBe(1);
  expect(faultsOf(await change(id, freshNumber(), { idempotencyKey }))).toEqual([
    'idempotencyKey IDEMPOTENCY_CONFLICT',
  ]);
  await harness.ask(`mutation { deleteUser(input: { id: "${id}" }) { deletedUserId } }`);
  expect(faultsOf(await change(id, phoneNumber, { idempotencyKey }))).toEqual(['idempotencyKey NOT_FOUND']);
});

test('a call that was cut off before the code was sent is finished by its repeat, with one code', async () => {
  const { id } = await verifiedUser();
  const phoneNumber = freshNumber();
  harness.messaging.loseStartAnswers = true;
  const { user } = await change(id, phoneNumber, { idempotencyKey: `cut-${id}` });
  expect(user?.pendingPhoneChange?.codeSentAt).toBeNull();
  harness.messaging.loseStartAnswers = false;
  const repeat = await change(id, phoneNumber, { idempotencyKey: `cut-${id}` });
  expect(repeat.user?.pendingPhoneChange?.codeSentAt).toBe('2026-11-24T09:30:00.000Z');
  expect(startsTo(phoneNumber)).toBe(1);
});

test('of fifty users who change to one number at once, by two Profiles, one holds it', async () => {
  const profiles = [harness.profile, await harness.startAnother()];
  const users = await Promise.all(Array.from({ length: 50 }, () => createdUser(harness)));
  const phoneNumber = freshNumber();
  const payloads = await Promise.all(
    users.map(({ id }, index) => change(id, phoneNumber, {}, { profile: profiles[index % 2] as never })),
  );
  const winners = payloads.flatMap(({ user }) => (user ? [user] : []));
  expect(winners).toHaveLength(1);
  expect(payloads.flatMap(faultsOf)).toEqual(Array(49).fill('phoneNumber PHONE_NUMBER_TAKEN'));
  expect(await holdersOf(phoneNumber)).toEqual([{ user_id: winners[0]?.id }]);
  const waiting = await harness.sql('SELECT id FROM users WHERE pending_phone_number = $1', [phoneNumber]);
  expect(waiting).toEqual([{ id: winners[0]?.id }]);
  await untilCodeSent(winners[0]?.id ?? '');
  expect(startsTo(phoneNumber)).toBe(1);
});

test('while a change and createUser race for a number, it has one holder', async () => {
  for (let round = 0; round < 10; round += 1) {
    const { id } = await createdUser(harness);
    const phoneNumber = freshNumber();
    const [changed, created] = await Promise.all([
      change(id, phoneNumber),
      mutate(harness, 'createUser', freshInput({ phoneNumber })),
    ]);
    const winners = [changed.user, created.user].flatMap((user) => (user ? [user.id] : []));
    expect(winners).toHaveLength(1);
    expect(await holdersOf(phoneNumber)).toEqual([{ user_id: winners[0] }]);
  }
});

test('a lapsed change may be taken over by createUser and by another change; then it is gone', async () => {
  for (const takeOver of [
    (phoneNumber: string) => createdUser(harness, { phoneNumber }),
    async (phoneNumber: string) => (await change((await createdUser(harness)).id, phoneNumber)).user as UserAnswer,
  ]) {
    const loser = await verifiedUser();
    const phoneNumber = freshNumber();
    await change(loser.id, phoneNumber);
    await lapse(phoneNumber);
    const taker = await takeOver(phoneNumber);
    expect(await holdersOf(phoneNumber)).toEqual([{ user_id: taker.id }]);
    const left = await readUser(harness, loser.id);
    const { phoneNumber: own, phoneVerification } = loser;
    expect(left).toMatchObject({ phoneNumber: own, phoneVerification, pendingPhoneChange: null, version: 4 });
  }
});

test('a lapsed change that nobody took over can still be proved', async () => {
  const { id } = await verifiedUser();
  const phoneNumber = numberWithCode('111111');
  await change(id, phoneNumber);
  await lapse(phoneNumber);
  expect((await verify(id, '111111')).user?.phoneNumber).toBe(phoneNumber);
});

test('a change takes a lapsed first number over, and its user has FAILED', async () => {
  const loser = await createdUser(harness);
  await lapse(loser.phoneNumber ?? '');
  const { id } = await verifiedUser();
  expect((await change(id, loser.phoneNumber ?? '')).userErrors).toEqual([]);
  expect(await readUser(harness, loser.id)).toMatchObject({
    phoneVerification: { status: 'FAILED', failure: 'PHONE_NUMBER_TAKEN' },
  });
  expect(faultsOf(await verify(loser.id, rightCode))).toEqual(['userId PHONE_NUMBER_TAKEN']);
});

test('who lost their number can prove another one, or the same when it is free again', async () => {
  const loser = await createdUser(harness);
  await lapse(loser.phoneNumber ?? '');
  const { id: taker } = await createdUser(harness, { phoneNumber: loser.phoneNumber });
  expect(faultsOf(await change(loser.id, loser.phoneNumber ?? ''))).toEqual(['phoneNumber PHONE_NUMBER_TAKEN']);
  await harness.ask(`mutation { deleteUser(input: { id: "${taker}" }) { deletedUserId } }`);
  await change(loser.id, loser.phoneNumber ?? '');
  expect((await verify(loser.id, rightCode)).user).toMatchObject({
    phoneNumber: loser.phoneNumber,
    pendingPhoneChange: null,
    phoneVerification: { status: 'VERIFIED', failure: null },
  });
});

test('while proof and takeover of a lapsed change race, the number has one holder', async () => {
  for (let round = 0; round < 5; round += 1) {
    const { id, phoneNumber: own } = await verifiedUser();
    const phoneNumber = numberWithCode('111111');
    await change(id, phoneNumber);
    await lapse(phoneNumber);
    const [proof, takeover] = await Promise.all([
      verify(id, '111111'),
      mutate(harness, 'createUser', freshInput({ phoneNumber })),
    ]);
    expect([proof.user, takeover.user].filter(Boolean)).toHaveLength(1);
    expect(await holdersOf(phoneNumber)).toEqual([{ user_id: (proof.user ?? takeover.user)?.id }]);
    expect((await readUser(harness, id))?.phoneNumber).toBe(proof.user ? phoneNumber : own);
  }
});

test('two users who take each other’s lapsed numbers over at once leave no deadlock and no half change', async () => {
  for (let round = 0; round < 10; round += 1) {
    const [a, b] = await Promise.all([createdUser(harness), createdUser(harness)]);
    const [x, y] = [freshNumber(), freshNumber()];
    await Promise.all([change(a.id, x), change(b.id, y)]);
    await Promise.all([lapse(x), lapse(y)]);
    await Promise.all([
      change(a.id, y),
      change(b.id, x),
      mutate(harness, 'createUser', freshInput({ phoneNumber: x })),
    ]);
  }
  await expectConsistency();
});

test('a deleted user frees both numbers, whenever the change comes', async () => {
  const { id, phoneNumber: own } = await verifiedUser();
  const phoneNumber = freshNumber();
  await change(id, phoneNumber);
  await harness.ask(`mutation { deleteUser(input: { id: "${id}" }) { deletedUserId } }`);
  expect(await claims(id)).toEqual([]);
  await createdUser(harness, { phoneNumber: own });
  await createdUser(harness, { phoneNumber });
  for (let round = 0; round < 10; round += 1) {
    const user = await createdUser(harness);
    if (round % 2) await harness.sql("UPDATE users SET phone_status = 'FAILED' WHERE id = $1", [user.id]);
    if (round % 2) await harness.sql('DELETE FROM phone_claims WHERE user_id = $1', [user.id]);
    await Promise.all([
      change(user.id, freshNumber()),
      harness.ask(`mutation { deleteUser(input: { id: "${user.id}" }) { deletedUserId } }`),
    ]);
    expect(await claims(user.id)).toEqual([]);
  }
});

/** Every claim is some user's current or pending number, and every number that counts is claimed. */
async function expectConsistency(): Promise<void> {
  const orphans = await harness.sql(`
    SELECT phone_number FROM phone_claims WHERE NOT EXISTS (
      SELECT FROM users WHERE users.id = user_id
        AND phone_claims.phone_number IN (users.phone_number, users.pending_phone_number))`);
  expect(orphans).toEqual([]);
  const unclaimed = await harness.sql(`
    SELECT users.id FROM users, unnest(ARRAY[
      CASE WHEN phone_status <> 'FAILED' THEN phone_number END, pending_phone_number]) AS wanted
    WHERE wanted IS NOT NULL AND NOT EXISTS (
      SELECT FROM phone_claims WHERE user_id = users.id AND phone_claims.phone_number = wanted)`);
  expect(unclaimed).toEqual([]);
}

test('after all of this every claim is somebody’s and every number is claimed', () => expectConsistency());
