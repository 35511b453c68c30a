import { randomUUID } from 'node:crypto';
import { afterEach, describe, expect, test } from '@jest/globals';
import { openAtrium } from '../support/atrium.ts';
import type { InboxMessage } from '../support/inbox.ts';
import { newPerson } from '../support/phone-numbers.ts';
import { sharedSystem } from '../support/test-system.ts';

const system = await sharedSystem();
const atrium = openAtrium(system);
const pattern = `*@${randomUUID()}.test`;
const rulesUrl = `${system.gatewayUrl}/inbox/rules`;

afterEach(() => fetch(`${rulesUrl}?to=${encodeURIComponent(pattern)}`, { method: 'DELETE' }));

const putRule = (rule: object, headers: Record<string, string> = {}) =>
  fetch(rulesUrl, {
    method: 'PUT',
    headers: { 'content-type': 'application/json', ...headers },
    body: JSON.stringify(rule),
  });

describe('the developer inbox, through the gateway', () => {
  test('a job waits for the code that it causes, in one call', async () => {
    const person = newPerson();
    const query = new URLSearchParams({ to: person.phoneNumber, operation: 'PHONE_VERIFICATION', wait: '30' });
    const waiting = fetch(`${system.gatewayUrl}/inbox/messages?${query}`);
    const user = await atrium.newUser(person);
    const { messages } = (await (await waiting).json()) as { messages: InboxMessage[] };
    expect(messages).toHaveLength(1);
    const { user: verified } = await atrium.verifyPhone({ userId: user.id, code: messages[0]?.code ?? '' });
    expect(verified?.phoneVerification?.status).toBe('VERIFIED');
  });

  test('a rule is set, shown and removed', async () => {
    const rule = { to: pattern, action: 'UNAVAILABLE', times: 2, delayMs: null };
    expect((await putRule({ to: pattern, action: 'UNAVAILABLE', times: 2 })).status).toBe(200);
    const { rules } = (await (await fetch(rulesUrl)).json()) as { rules: object[] };
    expect(rules).toContainEqual(rule);
    const wrong = await putRule({ to: pattern, action: 'EXPLODE' });
    expect(wrong.status).toBe(400);
    expect(await wrong.text()).toContain('BOUNCE');
  });

  test('a page elsewhere sets no rule, whatever name it goes by', async () => {
    const asked = await fetch(rulesUrl, {
      method: 'OPTIONS',
      headers: {
        origin: 'http://localhost:3000',
        'access-control-request-method': 'PUT',
        'access-control-request-headers': 'content-type',
      },
    });
    expect(asked.headers.get('access-control-allow-methods') ?? '').not.toContain('PUT');
    expect(
      (await putRule({ to: '*', action: 'FAIL', times: 'many' }, { 'content-type': 'text/plain' })).status,
    ).not.toBe(200);
    const large = await putRule({ to: 'x'.repeat(20_000), action: 'FAIL' });
    expect(large.status).toBe(413);
  });
});

test('a provider’s webhook needs the provider’s signature, not a key', async () => {
  const post = (path: string) => fetch(system.gatewayUrl + path, { method: 'POST', body: '[]' });
  // The stack is told of no provider, so none of its webhooks exists.
  for (const path of ['/webhooks/sendgrid', '/webhooks/twilio']) expect((await post(path)).status).toBe(404);
});
