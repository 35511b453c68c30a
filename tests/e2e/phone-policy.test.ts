import { expect, test } from '@jest/globals';
import { openAtrium, type UserError } from '../support/atrium.ts';
import { dataOf } from '../support/graphql-client.ts';
import { messagesTo } from '../support/inbox.ts';
import { operation } from '../support/operations.ts';
import { operatorAnswer } from '../support/operator-commands.ts';
import { newPerson } from '../support/phone-numbers.ts';
import { sharedSystem } from '../support/test-system.ts';
import { waitFor } from '../support/wait-for.ts';

const system = await sharedSystem();
const atrium = openAtrium(system);

async function rejectionOf(phoneNumber: string): Promise<string | null> {
  const answer = await atrium.query<{ validatePhoneNumber: { rejection: string | null } }>(
    operation('validate-phone-number'),
    { phoneNumber },
  );
  return dataOf(answer).validatePhoneNumber.rejection;
}

async function welcome(userId: string) {
  const answer = await atrium.query<{ sendMessage: { message: object | null; userErrors: UserError[] } }>(
    operation('send-message'),
    { input: { userId, operation: 'WELCOME' } },
  );
  return dataOf(answer).sendMessage;
}

const denied = newPerson();
const stopped = newPerson();
const person = newPerson();
const prefix = denied.phoneNumber.slice(0, -1);
const numbers = [stopped.phoneNumber, person.phoneNumber];

test('what an operator denies is blocked while everything runs, and who replied STOP is not written to', async () => {
  const user = await atrium.newUser(person);
  await Promise.all([
    operatorAnswer(system, 'phone-policy', ['deny', 'prefix', prefix, '--reason', 'a test']),
    operatorAnswer(system, 'suppressions', ['add', ...numbers, '--reason', 'STOP']),
  ]);
  await waitFor('the rule', async () => (await rejectionOf(denied.phoneNumber)) === 'PHONE_NUMBER_BLOCKED');
  const refusal = (code: string, message: string) => ({
    user: null,
    userErrors: [{ code, field: ['input', 'phoneNumber'], message: expect.stringContaining(message) }],
  });
  expect(await atrium.createUser(denied)).toEqual(refusal('PHONE_NUMBER_BLOCKED', 'is not served. Give another'));
  expect(await atrium.createUser(stopped)).toEqual(refusal('RECIPIENT_SUPPRESSED', 'Reply START'));
  expect(await messagesTo(system, stopped.phoneNumber)).toEqual([]);
  expect(await welcome(user.id)).toMatchObject({
    message: null,
    userErrors: [{ code: 'RECIPIENT_SUPPRESSED', field: ['input', 'userId'] }],
  });

  await Promise.all([
    operatorAnswer(system, 'phone-policy', ['remove', 'prefix', prefix]),
    operatorAnswer(system, 'suppressions', ['remove', ...numbers, '--reason', 'STOP']),
  ]);
  await waitFor('its end', async () => (await rejectionOf(denied.phoneNumber)) === null);
  for (const someone of [denied, stopped]) {
    expect((await atrium.newUser(someone)).phoneVerification?.status).toBe('CODE_SENT');
  }
  expect((await welcome(user.id)).userErrors).toEqual([]);
});
