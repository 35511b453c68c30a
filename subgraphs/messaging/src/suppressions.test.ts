import { newId } from '@atrium/service-kit';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { createRecipientHash } from './domain/recipient-hash.ts';
import type { Suppressions } from './domain/suppressions.ts';
import { openDatabase } from './store/database.ts';
import { createSuppressionStore } from './store/suppression-store.ts';
import { openCodeClient } from './testing/code-client.ts';
import { type RunningMessaging, startRunningMessaging } from './testing/running-messaging.ts';
import { waitFor } from './testing/wait-for.ts';

let messaging: RunningMessaging;
let database: ReturnType<typeof openDatabase>;
let suppressions: Suppressions;

beforeAll(async () => {
  messaging = await startRunningMessaging();
  database = openDatabase(messaging.database.url, 2);
  const key = Buffer.from(messaging.environment.NUMBER_HMAC_KEY ?? '', 'base64url');
  suppressions = createSuppressionStore(database, createRecipientHash(key));
});
afterAll(async () => {
  await database.$disconnect();
  await messaging.close();
});

const sms = (to: string) => ({ channel: 'SMS', to }) as const;
const email = (to: string) => ({ channel: 'EMAIL', to }) as const;
const stop = (to: string) => suppressions.add([{ ...sms(to), reason: 'STOP', source: 'test' }]);

async function send(input: object) {
  const { data, errors } = await messaging.ask(
    `mutation ($input: SendMessageInput!) {
      sendMessage(input: $input) { message { id } userErrors { code field message } }
    }`,
    { input },
    { scopes: ['messaging:send-any'] },
  );
  expect(errors).toEqual([]);
  return data.sendMessage;
}

async function startVerification(phoneNumber: string, requestId = newId()) {
  const { data } = await messaging.askAsService(
    `mutation ($inputs: [StartPhoneVerificationInput!]!) {
      startPhoneVerifications(inputs: $inputs) { codeSentAt rejection }
    }`,
    { inputs: [{ requestId, userId: newId(), phoneNumber, name: 'Asha', country: 'IN', clientId: 'test' }] },
  );
  return data.startPhoneVerifications[0];
}

test('who replied STOP is on the list until they reply START, whatever else they are on it for', async () => {
  const to = '+919876512345';
  const all = () => suppressions.isSuppressed([sms(to), sms('+919876512346'), email('asha@example.com')]);
  expect(await all()).toEqual([false, false, false]);
  await suppressions.add([
    { ...sms(to), reason: 'STOP', source: 'twilio' },
    { ...sms(to), reason: 'STOP', source: 'twilio' },
    { ...email('Asha@Example.com'), reason: 'COMPLAINT', source: 'sendgrid' },
  ]);
  await stop(to);
  expect(await all()).toEqual([true, false, true]);
  await suppressions.add([{ ...sms(to), reason: 'OPERATOR', source: 'command' }]);
  expect(await suppressions.remove([{ ...sms(to), reason: 'STOP' }])).toBe(1);
  expect(await all()).toEqual([true, false, true]);
  expect(await suppressions.remove([sms(to), email('ASHA@example.com')])).toBe(2);
  expect(await all()).toEqual([false, false, false]);
});

test('the table holds nothing that anybody could be reached by', async () => {
  await suppressions.add([
    { ...sms('+919876598765'), reason: 'BOUNCE', source: 'twilio' },
    { ...email('canary@example.com'), reason: 'BOUNCE', source: 'sendgrid' },
  ]);
  const rows = await messaging.database.query<{ text: string }>('SELECT s::text AS text FROM suppressions s');
  const text = rows.map((row) => row.text).join('\n');
  for (const secret of ['98765', 'canary', Buffer.from('canary@example.com').toString('hex')]) {
    expect(text).not.toContain(secret);
  }
});

test('sendMessage says who is not written to, by each channel for itself', async () => {
  const user = messaging.profile.addUser({ email: 'ravi@example.com' });
  const to = user.phoneNumber ?? '';
  await stop(to);
  const base = { userId: user.userId, operation: 'WELCOME' };
  const refusal = (field: string) => ({
    message: null,
    userErrors: [
      { code: 'RECIPIENT_SUPPRESSED', field: ['input', field], message: expect.stringMatching(/messages: .+\. .+\.$/) },
    ],
  });
  expect(await send(base)).toEqual(refusal('userId'));
  expect(await send({ ...base, phoneNumber: to })).toEqual(refusal('phoneNumber'));
  expect(await send({ ...base, channel: 'EMAIL' })).toMatchObject({ message: { id: expect.any(String) } });
  await suppressions.add([{ ...email('RAVI@example.com'), reason: 'BOUNCE', source: 'test' }]);
  expect(await send({ ...base, email: 'ravi@example.com' })).toEqual(refusal('email'));
  await suppressions.remove([sms(to)]);
  expect(await send(base)).toMatchObject({ message: { id: expect.any(String) } });
});

test('a number that replied STOP gets no code, and services hear of it before anybody is created', async () => {
  const [stopped, other] = ['+919876587654', '+919876587655'];
  await stop(stopped);
  expect(await startVerification(stopped)).toEqual({ codeSentAt: null, rejection: 'RECIPIENT_SUPPRESSED' });
  expect(await startVerification(other)).toMatchObject({ rejection: null });
  const asked = { country: 'IN', clientId: 'test' };
  const { data } = await messaging.askAsService(
    `query ($inputs: [ValidatePhoneNumberInput!]!) { validatePhoneNumbers(inputs: $inputs) { valid rejection message } }`,
    { inputs: [other, '098765 87654', 'x'].map((phoneNumber) => ({ ...asked, phoneNumber })) },
  );
  expect(data.validatePhoneNumbers).toMatchObject([
    { valid: true, rejection: null, message: null },
    { valid: false, rejection: 'RECIPIENT_SUPPRESSED', message: expect.stringContaining('START') },
    { valid: false, rejection: 'INVALID_FORMAT' },
  ]);
});

test('anybody may ask whether a number is valid, and is not told whether its owner replied STOP', async () => {
  const to = '+919876576543';
  await stop(to);
  const { data } = await messaging.ask(`{ validatePhoneNumber(phoneNumber: "${to}") { valid rejection } }`);
  expect(data.validatePhoneNumber).toEqual({ valid: true, rejection: null });
});

test('a repeated request for a code keeps its outcome, whatever its number replied since', async () => {
  const [to, requestId] = ['+919876565432', newId()];
  const first = await startVerification(to, requestId);
  await stop(to);
  expect(await startVerification(to, requestId)).toEqual(first);
});

test('a message that waited while its reader replied STOP is not sent, and nothing is kept of its text', async () => {
  const user = messaging.profile.addUser({ phoneNumber: '+919876554321' });
  // Jobs that are queued meanwhile are due in an hour.
  await messaging.database.query(`
    CREATE FUNCTION wait_an_hour() RETURNS trigger LANGUAGE plpgsql AS
      $$ BEGIN NEW.run_at := now() + interval '1 hour'; RETURN NEW; END $$;
    CREATE TRIGGER wait_an_hour BEFORE INSERT ON graphile_worker._private_jobs
      FOR EACH ROW EXECUTE FUNCTION wait_an_hour();`);
  const { message } = await send({ userId: user.userId, operation: 'WELCOME' });
  await stop('+919876554321');
  await messaging.database.query('DROP FUNCTION wait_an_hour() CASCADE');
  await messaging.database.query(
    'SELECT graphile_worker.reschedule_jobs(array_agg(id), run_at := now()) FROM graphile_worker._private_jobs',
  );
  const row = await waitFor('SUPPRESSED', async () => {
    const { data } = await messaging.ask(`{ message(id: "${message.id}") { status failure attempts } }`);
    return data.message.status !== 'QUEUED' && data.message.status !== 'SENDING' && data.message;
  });
  expect(row).toMatchObject({ status: 'SUPPRESSED', failure: null });
  expect(await messaging.inbox('+919876554321')).toEqual([]);
  expect(await messaging.database.query('SELECT sealed FROM messages WHERE id = $1', [message.id])).toEqual([
    { sealed: null },
  ]);
});

test('a log-in code is not sent to who replied STOP', async () => {
  const client = openCodeClient(messaging, { clientId: 'log-in', scopes: ['messaging:codes', 'profile:read'] });
  const { userId, phoneNumber } = messaging.profile.addUser({ email: 'stopped@example.com' });
  await stop(phoneNumber ?? '');
  expect(client.named((await client.send(userId)).userErrors)).toEqual(['RECIPIENT_SUPPRESSED input.userId']);
  expect((await client.send(userId, { channel: 'EMAIL' })).userErrors).toEqual([]);
});
