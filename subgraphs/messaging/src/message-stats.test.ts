import { newId } from '@atrium/service-kit';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { type RunningMessaging, startRunningMessaging } from './testing/running-messaging.ts';
import { sendRequest, startSends, verifySend } from './testing/sends.ts';
import { waitFor } from './testing/wait-for.ts';

let messaging: RunningMessaging;
beforeAll(async () => {
  messaging = await startRunningMessaging({ ROLL_UP_EVERY_MS: '20' });
});
afterAll(() => messaging.close());

const document = `query ($from: DateTime!, $to: DateTime!) {
  messageStats(from: $from, to: $to) { date operation channel country provider sent delivered failed verified }
}`;
const ask = (from: unknown, to: unknown, scopes = ['messaging:read']) =>
  messaging.ask(document, { from, to }, { scopes });

test('a code that is accepted counts once, for the message that brought it, and beyond its user', async () => {
  const [row] = await messaging.database.query<{ day: string }>("SELECT (now() AT TIME ZONE 'UTC')::date::text AS day");
  const date = row?.day ?? '';
  const from = `${date}T00:00:00Z`;
  const to = new Date(Date.parse(from) + 86_400_000).toISOString();
  const [asha, ann] = [sendRequest(), sendRequest({}, '+4474123')];
  await startSends(messaging, [asha, ann]);
  expect(await verifySend(messaging, asha)).toBe(true);
  expect(await verifySend(messaging, asha)).toBe(true);
  // A challenge changes once more where another code is tried at it.
  expect(await verifySend(messaging, asha, 'wrong')).toBe(false);
  await messaging.arrival(ann.phoneNumber);
  const base = {
    date,
    operation: 'PHONE_VERIFICATION',
    channel: 'SMS',
    provider: 'developer-inbox',
    delivered: 0,
    failed: 0,
  };
  const expected = [
    { ...base, country: 'GB', sent: 1, verified: 0 },
    { ...base, country: 'IN', sent: 1, verified: 1 },
  ];
  await waitFor('both are sent', async () => {
    const { data } = await ask(from, to);
    return data.messageStats.reduce((sum: number, { sent }: { sent: number }) => sum + sent, 0) === 2;
  });
  await waitFor('all is rolled up', async () => {
    return (await messaging.database.query('SELECT 1 FROM message_stat_changes')).length === 0;
  });
  expect((await ask(from, to)).data.messageStats).toEqual(expected);
  await messaging.tell([
    {
      ...{ specversion: '1.0', id: newId(), source: '/profile', type: 'user.deleted', subject: asha.userId },
      ...{ time: new Date().toISOString(), datacontenttype: 'application/json', data: { version: 2, clientId: 'c' } },
    },
  ]);
  await waitFor('the user is erased', async () => {
    const left = await messaging.database.query('SELECT 1 FROM messages WHERE user_id = $1', [asha.userId]);
    return left.length === 0;
  });
  expect((await ask(from, to)).data.messageStats).toEqual(expected);
});

test.each([
  ['2026-11-24T00:00:00Z', '2026-11-24T00:00:00Z', 'to must be later than from'],
  ['2025-01-01T00:00:00Z', '2026-01-02T00:00:00.001Z', 'more than 366 days'],
])('from %j to %j is BAD_USER_INPUT and says what to do', async (from, to, message) => {
  const { data, errors } = await ask(from, to);
  expect(data).toEqual({ messageStats: null });
  expect(errors).toMatchObject([{ message: expect.stringContaining(message), extensions: { code: 'BAD_USER_INPUT' } }]);
});

test('the counts need messaging:read', async () => {
  const { errors } = await ask('2026-11-24T00:00:00Z', '2026-11-25T00:00:00Z', ['messaging:send']);
  expect(errors.map(({ extensions }) => extensions.code)).toEqual(['UNAUTHORIZED_FIELD_OR_TYPE']);
});
