import { newId } from '@atrium/service-kit';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { createTestNumbers, noTestNumbers } from './domain/test-numbers.ts';
import { type RunningMessaging, startRunningMessaging } from './testing/running-messaging.ts';
import { waitFor } from './testing/wait-for.ts';

let messaging: RunningMessaging;
beforeAll(async () => {
  messaging = await startRunningMessaging({ SMS_PROVIDERS: 'none', TEST_NUMBER_CODE: '424242' });
});
afterAll(() => messaging.close());

async function validate(phoneNumber: string, country?: string) {
  const { data } = await messaging.ask(
    'query ($n: String!, $c: String) { validatePhoneNumber(phoneNumber: $n, country: $c) { valid phoneNumber country type } }',
    { n: phoneNumber, c: country },
  );
  return data.validatePhoneNumber;
}

async function startVerification(userId: string, phoneNumber: string) {
  const { data } = await messaging.askAsService(
    `mutation ($inputs: [StartPhoneVerificationInput!]!) {
      startPhoneVerifications(inputs: $inputs) { codeSentAt rejection }
    }`,
    { inputs: [{ requestId: newId(), userId, phoneNumber, name: 'Asha', country: 'GB', clientId: 'test' }] },
  );
  return data.startPhoneVerifications[0];
}

async function checkCode(userId: string, phoneNumber: string, code: string) {
  const { data } = await messaging.askAsService(
    `mutation ($inputs: [CheckPhoneVerificationInput!]!) {
      checkPhoneVerification(inputs: $inputs) { accepted rejection }
    }`,
    { inputs: [{ userId, phoneNumber, code, clientId: 'test' }] },
  );
  return data.checkPhoneVerification[0];
}

test('numbers that authorities keep from subscribers are valid, whatever the numbering plans say', async () => {
  const cases: [string, string | undefined, string, string, string][] = [
    ['+44 7700 900000', undefined, '+447700900000', 'GB', 'MOBILE'],
    ['07700 900999', 'GB', '+447700900999', 'GB', 'MOBILE'],
    ['(202) 555-0100', 'US', '+12025550100', 'US', 'FIXED_LINE_OR_MOBILE'],
    ['+1 202 555 0199', undefined, '+12025550199', 'US', 'FIXED_LINE_OR_MOBILE'],
    ['070-174 06 05', 'SE', '+46701740605', 'SE', 'MOBILE'],
    ['+46 70 174 06 99', undefined, '+46701740699', 'SE', 'MOBILE'],
  ];
  for (const [typed, country, phoneNumber, of, type] of cases) {
    expect(await validate(typed, country)).toEqual({ valid: true, phoneNumber, country: of, type });
  }
  for (const beside of ['+447700901000', '+4477009001234']) {
    expect(await validate(beside)).toMatchObject({ valid: false });
  }
});

test('the ranges end where the authorities say, and there are none outside of development', () => {
  const { isTestNumber } = createTestNumbers('000000');
  for (const within of [
    '+447700900000',
    '+447700900999',
    '+12025550100',
    '+12025550199',
    '+46701740605',
    '+46701740699',
  ]) {
    expect([within, isTestNumber(within), noTestNumbers.isTestNumber(within)]).toEqual([within, true, false]);
  }
  for (const outside of [
    '+447700899999',
    '+447700901000',
    '+12025550099',
    '+12025550200',
    '+12035550100',
    '+46701740604',
    '+46701740700',
    '+4670174060',
  ]) {
    expect([outside, isTestNumber(outside)]).toEqual([outside, false]);
  }
});

test('one code proves them, and no other number', async () => {
  const [userId, other] = [newId(), newId()];
  expect(await startVerification(userId, '+447700900123')).toMatchObject({ rejection: null });
  expect(await startVerification(other, '+447400123456')).toMatchObject({ rejection: null });
  // A code of chance is this one once in a million runs.
  expect(await checkCode(other, '+447400123456', '424242')).toEqual({ accepted: false, rejection: 'CODE_WRONG' });
  expect(await checkCode(userId, '+447700900123', '424243')).toEqual({ accepted: false, rejection: 'CODE_WRONG' });
  expect(await checkCode(userId, '+447700900123', '424242')).toEqual({ accepted: true, rejection: null });
});

test('their messages go to the developer inbox, whoever carries those to others', async () => {
  expect(await startVerification(newId(), '+12025550142')).toMatchObject({ rejection: null });
  expect(await messaging.arrival('+12025550142')).toMatchObject({ code: '424242' });
  const user = messaging.profile.addUser();
  const { data } = await messaging.ask(
    'mutation ($input: SendMessageInput!) { sendMessage(input: $input) { message { id } } }',
    { input: { userId: user.userId, operation: 'WELCOME' } },
  );
  await waitFor('FAILED', async () => {
    const answer = await messaging.ask(`{ message(id: "${data.sendMessage.message.id}") { status } }`);
    return answer.data.message.status === 'FAILED';
  });
  expect(await messaging.inbox(user.phoneNumber ?? '')).toEqual([]);
});

test('production has none', async () => {
  await messaging.restart({
    ATRIUM_MODE: 'production',
    SMS_PROVIDERS: 'none',
    EMAIL_PROVIDERS: 'none',
    TEST_NUMBER_CODE: '',
  });
  expect(await validate('+447700900123')).toMatchObject({ valid: false });
  expect((await messaging.get('/inbox/messages')).status).toBe(404);
  const userId = newId();
  await messaging.endCoolDowns();
  expect(await startVerification(userId, '+12025550142')).toMatchObject({ rejection: null });
  expect(await checkCode(userId, '+12025550142', '424242')).toMatchObject({ accepted: false });
  expect(await checkCode(userId, '+12025550142', '000000')).toMatchObject({ accepted: false });
});
