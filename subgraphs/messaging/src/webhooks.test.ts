import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from '@jest/globals';
import pg from 'pg';
import type { FakeSendGrid } from './testing/fake-send-grid.ts';
import type { FakeTwilio } from './testing/fake-twilio.ts';
import type { RunningMessaging } from './testing/running-messaging.ts';
import { waitFor } from './testing/wait-for.ts';
import { startWebhookCallers, type WebhookCallers } from './testing/webhook-callers.ts';

const connections = 10;
const sid = (digit: string) => `SM${digit.repeat(32)}`;

let callers: WebhookCallers;
let sendGrid: FakeSendGrid;
let twilio: FakeTwilio;
let messaging: RunningMessaging;

beforeAll(async () => {
  callers = await startWebhookCallers({
    DELIVERY_FIRST_PAUSE_MS: '600000',
    DATABASE_CONNECTIONS: String(connections),
  });
  ({ sendGrid, twilio, messaging } = callers);
});
beforeEach(() => {
  sendGrid.mails.length = 0;
  twilio.messages.length = 0;
});
afterAll(() => callers.close());

async function send(channel: 'SMS' | 'EMAIL'): Promise<string> {
  const { userId } = messaging.profile.addUser({ email: `${randomUUID()}@example.com` });
  const { data } = await messaging.ask(
    `mutation ($input: SendMessageInput!) { sendMessage(input: $input) { message { id } userErrors { code } } }`,
    { input: { userId, operation: 'WELCOME', channel } },
  );
  return data.sendMessage.message.id;
}

async function stateOf(id: string) {
  const query = `{ message(id: "${id}") { status attempts failure sentAt deliveredAt } }`;
  return (await messaging.ask(query)).data.message;
}

const inStatus = (id: string, status: string) =>
  waitFor(status, async () => {
    const message = await stateOf(id);
    return message.status === status && message;
  });

const event = (atriumMessageId: string, name: string, changes: object = {}) => ({
  email: 'asha@example.com',
  event: name,
  sg_event_id: randomUUID(),
  sg_message_id: 'sg-1.filter0001.0',
  atriumMessageId,
  ...changes,
});

const eventsOf = (id: string) => messaging.database.query('SELECT id FROM provider_events WHERE message_id = $1', [id]);

describe('a provider’s news', () => {
  test('an e-mail that arrived is DELIVERED, and one that bounced is FAILED with its reason', async () => {
    const [arrived, bounced] = [await send('EMAIL'), await send('EMAIL')];
    await Promise.all([arrived, bounced].map((id) => inStatus(id, 'SENT')));
    const of = (id: string) =>
      `sg-${sendGrid.mails.findIndex(({ body }) => body.custom_args.atriumMessageId === id) + 1}.filter.0`;
    const told = [
      event(arrived, 'delivered', { sg_message_id: of(arrived) }),
      event(bounced, 'bounce', { sg_message_id: of(bounced), type: 'bounce', status: '5.1.1' }),
    ];
    expect(await callers.tellSendGrid(told)).toBe(204);
    const delivered = await stateOf(arrived);
    expect(delivered).toMatchObject({ status: 'DELIVERED', failure: null });
    expect(Date.parse(delivered.deliveredAt)).toBeGreaterThanOrEqual(Date.parse(delivered.sentAt));
    expect(await stateOf(bounced)).toMatchObject({ status: 'FAILED', failure: 'bounced (5.1.1)', deliveredAt: null });
  });

  test('an SMS that arrived is DELIVERED, and one that did not is FAILED', async () => {
    const [arrived, lost] = [await send('SMS'), await send('SMS')];
    await Promise.all([arrived, lost].map((id) => inStatus(id, 'SENT')));
    for (const [id, status] of [
      [arrived, 'sent'],
      [arrived, 'delivered'],
      [lost, 'undelivered'],
    ] as const) {
      const sms = twilio.messages.find(({ form }) => form.StatusCallback?.endsWith(id));
      const fields = { MessageSid: sms?.sid ?? '', MessageStatus: status, ErrorCode: '30003', To: '+919800000000' };
      expect(await callers.callBack(sms?.form.StatusCallback ?? '', fields)).toBe(204);
    }
    expect(await stateOf(arrived)).toMatchObject({ status: 'DELIVERED' });
    expect(await stateOf(lost)).toMatchObject({ status: 'FAILED', failure: 'undelivered (30003)' });
  });

  test.each([
    ['delivered', 'DELIVERED', null],
    ['undelivered', 'FAILED', 'undelivered'],
  ])(
    'that comes before we know that Twilio took the message counts all the same: %s',
    async (MessageStatus, status, failure) => {
      const held = Promise.withResolvers<void>();
      const MessageSid = sid('a');
      twilio.answers.push({ status: 201, body: { sid: MessageSid }, until: held.promise });
      const id = await send('SMS');
      const sms = await waitFor('the message', async () => twilio.messages.at(-1));
      expect(await callers.callBack(sms.form.StatusCallback ?? '', { MessageSid, MessageStatus })).toBe(204);
      held.resolve();
      expect(await inStatus(id, status)).toMatchObject({ failure });
      expect((await stateOf(id)).sentAt).not.toBeNull();
    },
  );

  test('settles a message of which nobody knew whether it was taken', async () => {
    twilio.answers.push({ status: 201, cut: true });
    const id = await send('SMS');
    const sms = await waitFor('the message', async () => twilio.messages.at(-1));
    await waitFor('the end of the try', async () => {
      const { status, attempts } = await stateOf(id);
      return attempts === 1 && status !== 'SENDING';
    });
    await callers.callBack(sms.form.StatusCallback ?? '', { MessageSid: sid('b'), MessageStatus: 'delivered' });
    expect(await stateOf(id)).toMatchObject({ status: 'DELIVERED' });
  });

  test('a failure of an attempt that we no longer go by changes nothing', async () => {
    const id = await send('SMS');
    await inStatus(id, 'SENT');
    const { StatusCallback = '' } = twilio.messages.at(-1)?.form ?? {};
    await callers.callBack(StatusCallback, { MessageSid: sid('c'), MessageStatus: 'failed' });
    expect(await stateOf(id)).toMatchObject({ status: 'SENT' });
  });

  test('comes in any order, and makes the same of it', async () => {
    const orders = [
      ['delivered', 'bounce'],
      ['bounce', 'delivered'],
    ];
    for (const order of orders) {
      sendGrid.mails.length = 0;
      const id = await send('EMAIL');
      await inStatus(id, 'SENT');
      for (const name of order) expect(await callers.tellSendGrid([event(id, name)])).toBe(204);
      expect(await stateOf(id)).toMatchObject({ status: 'FAILED', failure: 'bounced' });
    }
  });

  test('told again has no second effect, and old news is refused', async () => {
    const id = await send('EMAIL');
    await inStatus(id, 'SENT');
    const told = [event(id, 'delivered')];
    await callers.tellSendGrid(told);
    const first = await stateOf(id);
    expect(await callers.tellSendGrid(told)).toBe(204);
    expect(await callers.tellSendGrid([...told, ...told])).toBe(204);
    expect(await stateOf(id)).toEqual(first);
    expect(await eventsOf(id)).toHaveLength(1);
    expect(await callers.tellSendGrid([event(id, 'bounce')], Date.now() - 301_000)).toBe(401);
    expect(await stateOf(id)).toEqual(first);
  });

  test('comes a thousand at once, strangers among it', async () => {
    const ids = await Promise.all(Array.from({ length: 20 }, () => send('EMAIL')));
    await Promise.all(ids.map((id) => inStatus(id, 'SENT')));
    const of = (id: string) =>
      `sg-${sendGrid.mails.findIndex(({ body }) => body.custom_args.atriumMessageId === id) + 1}.0`;
    const told = Array.from({ length: 1_000 }, (_, index) => {
      const id = ids[index] ?? randomUUID();
      return event(id, index % 2 ? 'delivered' : 'bounce', ids[index] ? { sg_message_id: of(id) } : {});
    });
    expect(await callers.tellSendGrid(told.reverse())).toBe(204);
    const states = await Promise.all(ids.map(async (id) => (await stateOf(id)).status));
    expect(states).toEqual(ids.map((_, index) => (index % 2 ? 'DELIVERED' : 'FAILED')));
    const toldIds = told.map(({ sg_event_id }) => sg_event_id);
    const rows = await messaging.database.query('SELECT 1 FROM provider_events WHERE id = ANY($1)', [toldIds]);
    expect(rows).toHaveLength(20);
  });

  test('that nobody signed, or of a provider that is none, is refused', async () => {
    const post = async (path: string, body: string, headers = {}) =>
      (await fetch(messaging.url() + path, { method: 'POST', body, headers })).status;
    expect(await post('/webhooks/sendgrid', '[]', { 'content-type': 'application/json' })).toBe(401);
    expect(await post('/webhooks/twilio', 'MessageSid=x')).toBe(401);
    expect(await post('/webhooks/sendgrid', '')).toBe(401);
    expect(await post('/webhooks/other', '[]')).toBe(404);
    expect(await post('/webhooks/sendgrid', 'x'.repeat(3_000_000))).toBe(413);
  });

  test('that nobody signed costs the database nothing: it is refused while every connection is taken', async () => {
    const id = await send('EMAIL');
    await inStatus(id, 'SENT');
    const blocker = new pg.Client(messaging.database.url);
    await blocker.connect();
    let told: Promise<number>[] = [];
    try {
      await blocker.query('BEGIN; LOCK TABLE messages IN EXCLUSIVE MODE');
      told = Array.from({ length: connections }, () => callers.tellSendGrid([event(id, 'delivered')]));
      await waitFor('all connections to be taken', async () => {
        const waiting = await messaging.database.query(
          "SELECT FROM pg_stat_activity WHERE wait_event_type = 'Lock' AND application_name = 'atrium-messaging'",
        );
        return waiting.length === connections;
      });
      const unsigned = await fetch(`${messaging.url()}/webhooks/sendgrid`, { method: 'POST', body: '[]' });
      expect(unsigned.status).toBe(401);
    } finally {
      await blocker.query('COMMIT');
      await blocker.end();
    }
    expect(new Set(await Promise.all(told))).toEqual(new Set([204]));
  });

  test('goes with its message when the user is erased', async () => {
    const id = await send('EMAIL');
    await inStatus(id, 'SENT');
    await callers.tellSendGrid([event(id, 'delivered')]);
    await messaging.database.query('DELETE FROM messages WHERE id = $1', [id]);
    expect(await eventsOf(id)).toEqual([]);
    expect(await callers.tellSendGrid([event(id, 'bounce')])).toBe(204);
  });
});
