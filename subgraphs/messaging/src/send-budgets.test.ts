import { newId } from '@atrium/service-kit';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { openCodeClient } from './testing/code-client.ts';
import { type RunningMessaging, startRunningMessaging } from './testing/running-messaging.ts';
import { countSent, passTime, type SendRequest, sendRequest, startSends, verifySend } from './testing/sends.ts';

let messaging: RunningMessaging;

beforeAll(async () => {
  // What a number has to wait for between two codes is another matter.
  messaging = await startRunningMessaging({ CODE_COOL_DOWN_MS: '0' });
});
afterAll(() => messaging.close());

/** Starts anew with this budget and nothing counted. */
async function withBudget(settings: Record<string, string>): Promise<void> {
  await messaging.restart(settings);
  await messaging.database.query('TRUNCATE send_counts, postponed_sends');
}

const start = (...requests: SendRequest[]) => startSends(messaging, requests);
const many = (count: number, over: Partial<SendRequest> = {}, prefix?: string) =>
  Array.from({ length: count }, () => sendRequest(over, prefix));

const budgets = [
  { of: 'NUMBER', same: () => sendRequest({ phoneNumber: '+919812300001' }) },
  { of: 'PREFIX', same: () => sendRequest({ clientId: newId(), clientAddress: newId() }, '+9198124') },
  { of: 'COUNTRY', same: () => sendRequest({ clientId: newId(), clientAddress: newId() }, '+919') },
  { of: 'CALLER', same: () => sendRequest({ clientId: 'busy', clientAddress: newId() }) },
  { of: 'ADDRESS', same: () => sendRequest({ clientId: newId(), clientAddress: '192.0.2.7' }) },
];
const others: Record<string, () => SendRequest> = {
  NUMBER: () => sendRequest(),
  PREFIX: () => sendRequest({}, '+9198125'),
  COUNTRY: () => sendRequest({ phoneNumber: '+14155552671' }),
  CALLER: () => sendRequest({ clientId: 'another' }),
  ADDRESS: () => sendRequest({ clientAddress: '192.0.2.8' }),
};

test.each(budgets)('the budget of a $of is so many codes an hour and a day, whoever asks', async ({ of, same }) => {
  await withBudget({ [`SEND_BUDGET_${of}_HOUR`]: '3', [`SEND_BUDGET_${of}_DAY`]: '5' });
  const four = () => start(...Array.from({ length: 4 }, same));
  const [, , third, fourth] = await four();
  expect(third?.rejection).toBeNull();
  expect(fourth).toMatchObject({ rejection: 'BUDGET_EXCEEDED', codeSentAt: null });
  expect(fourth?.retryAfterMs).toBeGreaterThan(0);
  expect(fourth?.retryAfterMs).toBeLessThanOrEqual(3_600_000);
  expect(countSent(await start(others[of]?.() as SendRequest))).toBe(1);
  expect(countSent(await start(same()))).toBe(0);
  await passTime(messaging, 3_600);
  const later = await four();
  expect(countSent(later)).toBe(2);
  expect(later[3]?.retryAfterMs).toBeGreaterThan(3_600_000);
  await passTime(messaging, 86_400);
  expect(countSent(await four())).toBe(3);
});

test('what was refused counts for nothing and leaves nothing; the same request is sent when it may be', async () => {
  await withBudget({ SEND_BUDGET_PREFIX_HOUR: '2' });
  const [first, second, third] = many(3) as [SendRequest, SendRequest, SendRequest];
  const before = await start(first, second, third);
  for (let again = 0; again < 3; again++) expect((await start(third))[0]?.rejection).toBe('BUDGET_EXCEEDED');
  const rows = await messaging.database.query('SELECT FROM challenges WHERE request_id = $1', [third.requestId]);
  expect(rows).toEqual([]);
  const counts = await messaging.database.query(
    `SELECT kind, (SELECT sum(n)::int FROM unnest(hour_sent) AS n) AS hour, (SELECT sum(n)::int FROM unnest(day_sent) AS n) AS day
     FROM send_counts WHERE kind <> 'number' ORDER BY kind`,
  );
  expect(counts).toEqual(['caller', 'country', 'prefix'].map((kind) => ({ kind, hour: 2, day: 2 })));
  expect(await start(first, second)).toEqual(before.slice(0, 2));
  await passTime(messaging, 3_600);
  const [sent] = await start(third);
  expect(sent).toMatchObject({ rejection: null, retryAfterMs: null });
  expect(await start(third)).toEqual([sent]);
  await messaging.arrival(third.phoneNumber);
  expect(await messaging.inbox(third.phoneNumber)).toHaveLength(1);
});

test('test numbers have no budget, and spend nobody else’s', async () => {
  await withBudget({ SEND_BUDGET_NUMBER_HOUR: '1', SEND_BUDGET_CALLER_HOUR: '1' });
  const testers = Array.from({ length: 3 }, () => sendRequest({ phoneNumber: '+447700900123' }));
  expect(countSent(await start(...testers))).toBe(3);
  expect(countSent(await start(sendRequest(), sendRequest()))).toBe(1);
});

test('a test number that is verified counts for no breaker', async () => {
  await withBudget({});
  await start(sendRequest({ phoneNumber: '+14155552671' }));
  const tester = sendRequest({ phoneNumber: '+12025550124' });
  await start(tester);
  expect(await verifySend(messaging, tester)).toBe(true);
  const rows = await messaging.database.query<{ verified: number[] }>(
    "SELECT hour_verified AS verified FROM send_counts WHERE (kind, key) = ('country', 'US')",
  );
  expect(rows.map(({ verified }) => verified.reduce((sum, count) => sum + count, 0))).toEqual([0]);
});

test('a request that is repeated is counted once', async () => {
  await withBudget({ SEND_BUDGET_NUMBER_HOUR: '2' });
  const request = sendRequest();
  const outcomes = await Promise.all(Array.from({ length: 20 }, () => start(request, request)));
  expect(outcomes.flat().every(({ rejection }) => rejection === null)).toBe(true);
  const again = { ...request, requestId: newId(), userId: newId() };
  expect(countSent(await start(again, { ...request, requestId: newId(), userId: newId() }))).toBe(1);
});

test('of 20 batches at once, in all orders, as many codes are sent as the budgets allow, and none waits in a circle', async () => {
  await withBudget({ SEND_BUDGET_CALLER_HOUR: '70', SEND_BUDGET_PREFIX_HOUR: '50', SEND_BUDGET_NUMBER_HOUR: '1' });
  const prefixes = ['+9198761', '+9198762', '+9198763'];
  const shared = prefixes.flatMap((prefix) => many(20, {}, prefix)).map(({ phoneNumber }) => phoneNumber);
  const batches = Array.from({ length: 20 }, (_, batch) => {
    const numbers = batch % 2 === 0 ? shared : [...shared].reverse();
    return numbers.map((phoneNumber) => sendRequest({ phoneNumber, clientId: `caller ${batch % 3}` }));
  });
  const outcomes = (await Promise.all(batches.map((batch) => start(...batch)))).flat();
  expect(outcomes).toHaveLength(1_200);
  expect(countSent(outcomes)).toBe(60);
  expect(new Set(outcomes.map(({ rejection }) => rejection))).toEqual(new Set([null, 'BUDGET_EXCEEDED']));
});

test('a code that is asked for again in nobody’s name counts for the address that first asked', async () => {
  await withBudget({ SEND_BUDGET_ADDRESS_HOUR: '1' });
  const [first, second] = many(2, { clientAddress: '2001:db8::1' }) as [SendRequest, SendRequest];
  expect(countSent(await start(first, second))).toBe(1);
  const { clientAddress: _, ...later } = second;
  expect(countSent(await start(later))).toBe(0);
  await passTime(messaging, 3_600);
  expect(countSent(await start(later))).toBe(1);
  expect(countSent(await start(sendRequest({ clientAddress: '2001:db8:0:0:7:7:7:7' })))).toBe(0);
  expect(countSent(await start(sendRequest({ clientAddress: '2001:db8:0:1::1' })))).toBe(1);
});

test('of a code that does not come again nothing is kept where it is refused', async () => {
  await withBudget({ SEND_BUDGET_NUMBER_HOUR: '1' });
  const request = sendRequest({ clientAddress: '192.0.2.1', comesAgain: false });
  expect(countSent(await start(request))).toBe(1);
  const again = { ...request, requestId: newId(), userId: newId() };
  expect(await start(again)).toMatchObject([{ rejection: 'BUDGET_EXCEEDED' }]);
  expect(await messaging.database.query('SELECT FROM postponed_sends')).toEqual([]);
});

test('of numbers and addresses the database knows keyed hashes only, and the metrics how many were put off', async () => {
  await withBudget({ SEND_BUDGET_NUMBER_HOUR: '1' });
  const request = sendRequest({ clientAddress: '192.0.2.99' });
  await start(
    request,
    { ...request, requestId: newId(), userId: newId() },
    { ...request, requestId: newId(), userId: newId() },
  );
  const metrics = await messaging.get('/metrics').then((answer) => answer.text());
  expect(metrics).toContain('atrium_messaging_sends_refused_total{by="number"} 2');
  const rows = await messaging.database.query<{ text: string }>(
    'SELECT t::text AS text FROM send_counts AS t UNION ALL SELECT p::text FROM postponed_sends AS p',
  );
  const text = rows.map((row) => row.text).join('\n');
  expect(text).toContain('+9198765');
  expect(text).not.toContain(request.phoneNumber.slice(-6));
  expect(text).not.toContain('192.0.2');
});

test('a log-in code has the same budgets, and counts as verified for its prefix and country once it is accepted', async () => {
  await withBudget({ SEND_BUDGET_NUMBER_HOUR: '2' });
  const client = openCodeClient(messaging, { clientId: 'log-in', scopes: ['messaging:codes', 'profile:read'] });
  const { userId, phoneNumber } = messaging.profile.addUser();
  expect((await client.send(userId)).userErrors).toEqual([]);
  const { code } = await messaging.arrival(phoneNumber ?? '');
  expect((await client.check(userId, code ?? '')).accepted).toBe(true);
  const counts = await messaging.database.query(
    `SELECT kind, hour_sent AS sent, hour_verified AS verified FROM send_counts
     WHERE hour_verified IS NOT NULL ORDER BY kind`,
  );
  const count = (numbers: number[]) => numbers.reduce((sum, n) => sum + n, 0);
  expect(
    (counts as { kind: string; sent: number[]; verified: number[] }[]).map(({ kind, sent, verified }) => [
      kind,
      count(sent),
      count(verified),
    ]),
  ).toEqual([
    ['country', 1, 1],
    ['prefix', 1, 1],
  ]);
  expect((await client.send(userId, { idempotencyKey: 'second' })).userErrors).toEqual([]);
  const { userErrors } = await client.send(userId, { idempotencyKey: 'third' });
  expect(client.named(userErrors)).toEqual(['BUDGET_EXCEEDED input.userId']);
  expect(userErrors[0]?.message).toMatch(/^Too many codes were asked for. Ask again in .+\.$/);
  await passTime(messaging, 3_600);
  expect((await client.send(userId, { idempotencyKey: 'third' })).userErrors).toEqual([]);
});

test('a log-in code that is refused leaves nothing: nobody asks for the same one again', async () => {
  await withBudget({ SEND_BUDGET_NUMBER_HOUR: '1' });
  const client = openCodeClient(messaging, {
    clientId: 'log-in',
    scopes: ['messaging:codes', 'profile:read'],
    clientAddress: '192.0.2.1',
  });
  const { userId } = messaging.profile.addUser();
  expect((await client.send(userId)).userErrors).toEqual([]);
  for (let again = 0; again < 3; again++) {
    expect(client.named((await client.send(userId)).userErrors)).toEqual(['BUDGET_EXCEEDED input.userId']);
  }
  expect(await messaging.database.query('SELECT FROM postponed_sends')).toEqual([]);
});

test('a prefix over its budget tells who may not read users nothing of where somebody lives', async () => {
  await withBudget({ SEND_BUDGET_PREFIX_HOUR: '1' });
  const { userId, phoneNumber } = messaging.profile.addUser();
  await start(sendRequest({}, (phoneNumber ?? '').slice(0, 8)));
  const blind = openCodeClient(messaging, { clientId: 'blind', scopes: ['messaging:codes'] });
  const shapes = [];
  for (const asked of [userId, newId()]) {
    const [first, again] = [await blind.send(asked), await blind.send(asked)];
    shapes.push({ first: first.userErrors, sent: first.codeSentAt !== null, again: blind.named(again.userErrors) });
  }
  expect(shapes[0]).toEqual({ first: [], sent: true, again: [] });
  expect(shapes[1]).toEqual(shapes[0]);
  expect(await messaging.inbox(phoneNumber ?? '')).toEqual([]);

  const seeing = openCodeClient(messaging, { clientId: 'seeing', scopes: ['messaging:codes', 'profile:read'] });
  expect(seeing.named((await seeing.send(userId)).userErrors)).toEqual(['BUDGET_EXCEEDED input.userId']);
});
