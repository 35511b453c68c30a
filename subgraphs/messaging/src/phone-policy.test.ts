import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { createRecipientHash } from './domain/recipient-hash.ts';
import { openDatabase } from './store/database.ts';
import { allowNumbers, denyNumbers, putPhoneRule, removePhoneRule } from './store/phone-policy-store.ts';
import { type RunningMessaging, startRunningMessaging } from './testing/running-messaging.ts';
import { waitFor } from './testing/wait-for.ts';

let messaging: RunningMessaging;
let database: ReturnType<typeof openDatabase>;

// Nothing but what the database tells changes the policy here.
beforeAll(async () => {
  messaging = await startRunningMessaging({ PHONE_POLICY_REFRESH_MS: '3600000' });
  database = openDatabase(messaging.database.url, 2);
});
afterAll(async () => {
  await database.$disconnect();
  await messaging.close();
});

interface Validation {
  valid: boolean;
  rejection: string | null;
  message: string | null;
}

async function validate(phoneNumber: string, country = 'IN'): Promise<Validation> {
  const { data } = await messaging.ask(
    'query ($n: String!, $c: String) { validatePhoneNumber(phoneNumber: $n, country: $c) { valid rejection message } }',
    { n: phoneNumber, c: country },
  );
  return data.validatePhoneNumber;
}

async function untilJudged(phoneNumber: string, rejection: string | null): Promise<void> {
  await waitFor(`${phoneNumber} ${rejection}`, async () => (await validate(phoneNumber)).rejection === rejection);
}

const hashOf = (phoneNumber: string) =>
  createRecipientHash(Buffer.from(messaging.environment.NUMBER_HMAC_KEY ?? '', 'base64url'))(phoneNumber);

test('the policy that a new database has serves mobiles of all countries, and nothing that costs', async () => {
  for (const phoneNumber of ['+447400123456', '+12015550123', '+8613812345678']) {
    expect(await validate(phoneNumber)).toEqual({ valid: true, rejection: null, message: null });
  }
  for (const phoneNumber of ['+19002345678', '+448701234567', '+912223456789', '+448001111112', '+881612345678']) {
    expect(await validate(phoneNumber)).toEqual({
      valid: false,
      rejection: 'PHONE_NUMBER_TYPE_NOT_ALLOWED',
      message: 'This kind of number takes no codes. Give a mobile number.',
    });
  }
});

test('each rejection has its own sentence', async () => {
  await putPhoneRule(database, { kind: 'COUNTRY', value: 'KP', effect: 'DENY', reason: null });
  await untilJudged('+8501921234567', 'PHONE_NUMBER_BLOCKED');
  const cases: [string, string, string][] = [
    ['', 'IN', 'REQUIRED'],
    ['abcdef', 'IN', 'INVALID_FORMAT'],
    ['098765 43210', 'XZ', 'COUNTRY_UNKNOWN'],
    ['12345', 'IN', 'PHONE_NUMBER_INVALID'],
    ['06 12 34 56 78', 'IN', 'PHONE_NUMBER_WRONG_COUNTRY'],
    ['+19002345678', 'IN', 'PHONE_NUMBER_TYPE_NOT_ALLOWED'],
    ['+8501921234567', 'IN', 'PHONE_NUMBER_BLOCKED'],
  ];
  const sentences = new Set<string | null>();
  for (const [phoneNumber, country, rejection] of cases) {
    const answer = await validate(phoneNumber, country);
    expect(answer).toEqual({ valid: false, rejection, message: expect.stringMatching(/^[A-Z].+\. .+\.$/) });
    sentences.add(answer.message);
  }
  expect(sentences.size).toBe(cases.length);
});

test('a rule counts as soon as it is made, and no longer than it stands', async () => {
  await putPhoneRule(database, { kind: 'PREFIX', value: '+4474', effect: 'DENY', reason: 'a test' });
  await untilJudged('+447400123456', 'PHONE_NUMBER_BLOCKED');
  await putPhoneRule(database, { kind: 'PREFIX', value: '+4474', effect: 'ALLOW', reason: null });
  await untilJudged('+447400123456', null);
  await putPhoneRule(database, { kind: 'TYPE', value: 'MOBILE', effect: 'DENY', reason: null });
  await untilJudged('+447400123456', 'PHONE_NUMBER_TYPE_NOT_ALLOWED');
  await putPhoneRule(database, { kind: 'TYPE', value: 'MOBILE', effect: 'ALLOW', reason: null });
  await untilJudged('+447400123456', null);
  expect(await removePhoneRule(database, { kind: 'PREFIX', value: '+4474' })).toBe(true);
  expect(await removePhoneRule(database, { kind: 'PREFIX', value: '+4474' })).toBe(false);
});

test('a denied number is blocked until its time is over, and the table does not tell which one it is', async () => {
  const [forever, brief] = [hashOf('+919876500001'), hashOf('+919876500002')];
  await denyNumbers(database, [forever], { reason: 'fraud', lifetimeMs: null });
  await untilJudged('+919876500001', 'PHONE_NUMBER_BLOCKED');
  await denyNumbers(database, [brief], { reason: 'fraud', lifetimeMs: 3_000 });
  await untilJudged('+919876500002', 'PHONE_NUMBER_BLOCKED');
  expect((await validate('+919876500003')).rejection).toBeNull();
  await untilJudged('+919876500002', null);
  const [row] = await messaging.database.query<{ over: boolean }>(
    'SELECT expires_at <= now() AS over FROM denied_numbers WHERE number_hash = $1',
    [brief],
  );
  expect(row?.over).toBe(true);

  const rows = await messaging.database.query<{ text: string }>('SELECT d::text AS text FROM denied_numbers d');
  expect(rows.map(({ text }) => text).join()).not.toContain('98765');
  expect(await allowNumbers(database, [forever, forever])).toBe(1);
  await untilJudged('+919876500001', null);
});

test('a number that was denied since its user verified it gets no messages either', async () => {
  const user = messaging.profile.addUser({ phoneNumber: '+919876500009' });
  await denyNumbers(database, [hashOf('+919876500009')], { reason: null, lifetimeMs: null });
  await untilJudged('+919876500009', 'PHONE_NUMBER_BLOCKED');
  const { data } = await messaging.ask(
    'mutation ($input: SendMessageInput!) { sendMessage(input: $input) { message { id } userErrors { code field } } }',
    { input: { userId: user.userId, operation: 'WELCOME' } },
  );
  expect(data.sendMessage).toEqual({
    message: null,
    userErrors: [{ code: 'PHONE_NUMBER_BLOCKED', field: ['input', 'userId'] }],
  });
});

test('what changed while the connection was broken counts as soon as it is back', async () => {
  const listening = "application_name = 'atrium-phone-policy' AND datname = current_database()";
  const alive = async () =>
    (await messaging.database.query<{ pid: number }>(`SELECT pid FROM pg_stat_activity WHERE ${listening}`))[0]?.pid;
  const before = await waitFor('a listener', alive);
  await messaging.database.query(
    `WITH gone AS (SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE ${listening})
     INSERT INTO phone_rules (kind, value, effect) SELECT 'COUNTRY', 'FR', 'DENY' FROM (SELECT count(*) FROM gone) AS all_gone`,
  );
  await waitFor('a new listener', async () => {
    const pid = await alive();
    return pid !== undefined && pid !== before;
  });
  await waitFor('its rule', async () => (await validate('+33612345678')).rejection === 'PHONE_NUMBER_BLOCKED');
});

test('the table takes no rule that no number could fit', async () => {
  for (const [kind, value] of [
    ['COUNTRY', 'korea'],
    ['PREFIX', '4470'],
    ['PREFIX', '+0'],
    ['TYPE', 'mobile'],
  ]) {
    await expect(
      messaging.database.query(`INSERT INTO phone_rules (kind, value, effect) VALUES ($1, $2, 'DENY')`, [kind, value]),
    ).rejects.toThrow('phone_rules_value_of_its_kind');
  }
});
