import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import type { RunningMessaging } from './testing/running-messaging.ts';
import { waitFor } from './testing/wait-for.ts';
import { startWebhookCallers, type WebhookCallers } from './testing/webhook-callers.ts';

let callers: WebhookCallers;
let messaging: RunningMessaging;

beforeAll(async () => {
  callers = await startWebhookCallers();
  ({ messaging } = callers);
});
afterAll(() => callers.close());

type Sent = { message: { id: string } | null; userErrors: { code: string }[] };

async function send(userId: string, channel: 'SMS' | 'EMAIL'): Promise<Sent> {
  const { data } = await messaging.ask(
    `mutation ($input: SendMessageInput!) { sendMessage(input: $input) { message { id } userErrors { code } } }`,
    { input: { userId, operation: 'WELCOME', channel } },
  );
  return data.sendMessage;
}

async function inStatus({ message }: Sent, status: string): Promise<string> {
  const id = message?.id ?? '';
  await waitFor(status, async () => {
    const { data } = await messaging.ask(`{ message(id: "${id}") { status } }`);
    return data.message.status === status;
  });
  return id;
}

const suppressed = { message: null, userErrors: [{ code: 'RECIPIENT_SUPPRESSED' }] };

/** A reply to our number, as Twilio passes it on; the same one when it is told again. */
async function reply(From: string, Body: string, MessageSid = `SM${randomUUID().replaceAll('-', '')}`) {
  const fields = { MessageSid, SmsStatus: 'received', From, To: '+15005550006', Body };
  expect(await callers.callBack(callers.replyAddress, fields)).toBe(204);
  return MessageSid;
}

test('who replies STOP gets no more SMS until they reply START, however often STOP is told', async () => {
  const { userId, phoneNumber } = messaging.profile.addUser();
  await inStatus(await send(userId, 'SMS'), 'SENT');
  const sid = await reply(phoneNumber ?? '', 'STOP');
  expect(await send(userId, 'SMS')).toEqual(suppressed);
  await reply(phoneNumber ?? '', 'START');
  await reply(phoneNumber ?? '', 'STOP', sid);
  await inStatus(await send(userId, 'SMS'), 'SENT');
});

test('whom Twilio refuses because of STOP is not asked for again', async () => {
  const { userId } = messaging.profile.addUser();
  callers.twilio.answers.push({ status: 400, body: { code: 21_610 } });
  await inStatus(await send(userId, 'SMS'), 'FAILED');
  expect(await send(userId, 'SMS')).toEqual(suppressed);
});

test.each([
  ['bounce', { type: 'bounce' }],
  ['spamreport', {}],
  ['unsubscribe', {}],
])('whose e-mail is met by %s gets no more of it', async (event, more) => {
  const { userId, email } = messaging.profile.addUser({ email: `${randomUUID()}@example.com` });
  const atriumMessageId = await inStatus(await send(userId, 'EMAIL'), 'SENT');
  const told = { email, event, sg_event_id: randomUUID(), atriumMessageId, ...more };
  expect(await callers.tellSendGrid([told])).toBe(204);
  expect(await send(userId, 'EMAIL')).toEqual(suppressed);
  await inStatus(await send(userId, 'SMS'), 'SENT');
});
