import { newId } from '@atrium/service-kit';
import { afterAll, afterEach, beforeAll, describe, expect, test } from '@jest/globals';
import type { InboxMessage } from './domain/developer-inbox.ts';
import type { InboxRule } from './domain/inbox-rule.ts';
import { type RunningMessaging, startRunningMessaging } from './testing/running-messaging.ts';
import { waitFor } from './testing/wait-for.ts';

let messaging: RunningMessaging;

beforeAll(async () => {
  messaging = await startRunningMessaging({
    DELIVERY_FIRST_PAUSE_MS: '20',
    INBOX_STATUS_INTERVAL_MS: '20',
    INBOX_BOUNCE_AFTER_MS: '20',
  });
});
afterEach(() => rules('DELETE'));
afterAll(() => messaging.close());

async function rules(method: string, body?: object, query = '') {
  const response = await fetch(`${messaging.url()}/inbox/rules${query}`, {
    method,
    headers: {
      authorization: `Bearer ${await messaging.issuers.gateway.serviceToken('messaging')}`,
      ...(body ? { 'content-type': 'application/json' } : {}),
    },
    ...(body ? { body: JSON.stringify(body) } : {}),
  });
  // An error has a body of another shape, and no rules.
  const { rules: inForce } = (await response.json()) as { rules?: InboxRule[] };
  return { status: response.status, rules: inForce };
}

async function send(email: string): Promise<string> {
  const { userId } = messaging.profile.addUser({ email });
  const { data } = await messaging.ask(
    `mutation ($input: SendMessageInput!) { sendMessage(input: $input) { message { id } userErrors { code } } }`,
    { input: { userId, operation: 'WELCOME', channel: 'EMAIL' } },
  );
  return data.sendMessage.message.id;
}

async function inStatus(id: string, status: string) {
  return waitFor(status, async () => {
    const { data } = await messaging.ask(`{ message(id: "${id}") { status attempts failure } }`);
    return data.message.status === status && data.message;
  });
}

async function read(query: string): Promise<InboxMessage[]> {
  const response = await messaging.get(`/inbox/messages?${query}`);
  return ((await response.json()) as { messages: InboxMessage[] }).messages;
}

const newAddress = (domain: string) => `${newId()}@${domain}`;

describe('a rule of the inbox', () => {
  test('FAIL refuses for good; only the page sees what was refused', async () => {
    await rules('PUT', { to: '*@fail.test', action: 'FAIL' });
    const to = newAddress('fail.test');
    const id = await send(to);
    expect(await inStatus(id, 'FAILED')).toMatchObject({ attempts: 1, failure: 'refused by a rule of the inbox' });
    expect(await read(`to=${to}`)).toEqual([]);
    expect(await read(`to=${to}&all=true`)).toMatchObject([{ messageId: id, arrived: false, status: 'FAILED' }]);
    const other = newAddress('fail.test.example');
    await send(other);
    await messaging.arrival(other);
  });

  test('UNAVAILABLE holds so many tries up, and then the message arrives', async () => {
    await rules('PUT', { to: '*@busy.test', action: 'UNAVAILABLE', times: 2 });
    const to = newAddress('busy.test');
    const id = await send(to);
    expect(await inStatus(id, 'SENT')).toMatchObject({ attempts: 3 });
    expect(await read(`to=${to}&all=true`)).toMatchObject([{ messageId: id, arrived: true }]);
    expect((await rules('GET')).rules).toEqual([{ to: '*@busy.test', action: 'UNAVAILABLE', times: 0, delayMs: null }]);
  });

  test('DELAY takes its time, and others do not wait for it', async () => {
    await rules('PUT', { to: '*@slow.test', action: 'DELAY', delayMs: 300 });
    const slow = newAddress('slow.test');
    const quick = newAddress('quick.test');
    await send(slow);
    await send(quick);
    await messaging.arrival(quick);
    const [first, second] = [await messaging.arrival(quick), await messaging.arrival(slow)];
    expect(first.id < second.id).toBe(true);
  });

  test('BOUNCE lets a message arrive, which a moment later has failed', async () => {
    await rules('PUT', { to: '*@bounce.test', action: 'BOUNCE', times: 1 });
    const to = newAddress('bounce.test');
    const id = await send(to);
    await messaging.arrival(to);
    expect(await inStatus(id, 'FAILED')).toMatchObject({ failure: 'bounced by a rule of the inbox' });
    const [event] = await messaging.database.query(
      'SELECT provider, outcome FROM provider_events WHERE message_id = $1',
      [id],
    );
    expect(event).toEqual({ provider: 'developer-inbox', outcome: 'FAILED' });
  });

  test('is put, shown, put anew and removed, by the gateway alone', async () => {
    await rules('PUT', { to: '+1555*', action: 'FAIL' });
    await rules('PUT', { to: 'a@b.test', action: 'DELAY', delayMs: 50, times: 3 });
    const put = await rules('PUT', { to: '+1555*', action: 'BOUNCE' });
    const bounce = { to: '+1555*', action: 'BOUNCE', times: null, delayMs: null };
    const delay = { to: 'a@b.test', action: 'DELAY', times: 3, delayMs: 50 };
    expect(put).toEqual({ status: 200, rules: [bounce, delay] });
    expect((await rules('DELETE', undefined, '?to=+1555*')).rules).toEqual([delay]);
    expect((await rules('DELETE')).rules).toEqual([]);
    const wrong = [
      {},
      { to: '', action: 'FAIL' },
      { to: 'a b', action: 'FAIL' },
      { to: '*', action: 'EXPLODE' },
      { to: '*', action: 'FAIL', times: 0 },
      { to: '*', action: 'FAIL', delayMs: 10 },
      { to: '*', action: 'DELAY' },
      { to: '*', action: 'DELAY', delayMs: 999_999 },
      { to: '*', action: 'FAIL', more: 1 },
    ];
    for (const rule of wrong) expect([rule, (await rules('PUT', rule)).status]).toEqual([rule, 400]);
    expect((await messaging.get('/inbox/rules', { as: 'profile' })).status).toBe(403);
    expect((await fetch(`${messaging.url()}/inbox/rules`)).status).toBe(401);
  });
});

describe('waiting for a message', () => {
  test('is over as soon as it arrives', async () => {
    const to = newAddress('wait.test');
    const waiting = read(`to=${to}&wait=30`);
    const id = await send(to);
    expect(await waiting).toMatchObject([{ messageId: id, to }]);
    // What is there already is not waited for, unless something newer is asked for.
    const [first] = await read(`to=${to}&wait=30`);
    const next = read(`to=${to}&after=${first?.id}&wait=30`);
    const second = await send(to);
    expect(await next).toMatchObject([{ messageId: second }]);
  });

  test('goes on past what others are sent, and other operations', async () => {
    const to = newAddress('wait.test');
    const waiting = read(`to=${to}&operation=WELCOME&wait=30`);
    const other = newAddress('wait.test');
    await send(other);
    await messaging.arrival(other);
    const id = await send(to);
    expect(await waiting).toMatchObject([{ messageId: id }]);
    expect(await read(`to=${to}&operation=PHONE_VERIFICATION`)).toEqual([]);
  });

  test('ends with nothing when nothing comes', async () => {
    expect(await read(`to=${newAddress('nobody.test')}&wait=1`)).toEqual([]);
    for (const query of ['wait=x', 'wait=-1', 'wait=1&wait=2', 'operation=a%20b']) {
      expect([query, (await messaging.get(`/inbox/messages?${query}`)).status]).toEqual([query, 400]);
    }
  });

  test('is answered when the service stops', async () => {
    const waiting = read(`to=${newAddress('nobody.test')}&wait=30`);
    // The request is in the service once this one, sent after it, has been answered.
    await read('to=nobody@nowhere.test');
    await messaging.restart();
    expect(await waiting).toEqual([]);
  });
});

test('the page is told how far each message has come', async () => {
  await rules('PUT', { to: '*@live.test', action: 'BOUNCE' });
  const response = await messaging.get('/inbox/events');
  const id = await send(newAddress('live.test'));
  const told: { event: string; status: string }[] = [];
  let text = '';
  let stopped: Promise<void> | undefined;
  for await (const chunk of response.body ?? []) {
    text += Buffer.from(chunk as Uint8Array).toString();
    const events = text.split('\n\n');
    text = events.pop() ?? '';
    for (const event of events) {
      const [, name] = /^event: (.*)$/m.exec(event) ?? [];
      const data = JSON.parse(/^data: (.*)$/m.exec(event)?.[1] ?? 'null');
      if (name && data.messageId === id) told.push({ event: name, status: data.status });
    }
    // The stream ends with the service, and not before.
    if (told.at(-1)?.status === 'FAILED') stopped ??= messaging.restart();
  }
  await stopped;
  expect(told[0]?.event).toBe('message');
  expect(told.at(-1)).toEqual({ event: 'state', status: 'FAILED' });
});
