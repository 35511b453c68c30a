import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { type RunningMessaging, startRunningMessaging } from './testing/running-messaging.ts';
import { countSent, passTime, type SendRequest, sendRequest, startSends, verifySend } from './testing/sends.ts';

let messaging: RunningMessaging;

beforeAll(async () => {
  messaging = await startRunningMessaging();
});
afterAll(() => messaging.close());

const many = (count: number, prefix?: string) => Array.from({ length: count }, () => sendRequest({}, prefix));
const start = (requests: SendRequest[]) => startSends(messaging, requests);
const print = (text: string) => process.stdout.write(`${text}\n`);

/** The usual settings, unless they are given; nothing is counted yet. */
async function withSettings(settings: Record<string, string>): Promise<void> {
  await messaging.restart(settings);
  await messaging.database.query('TRUNCATE send_counts, postponed_sends');
}

/** Codes of earlier hours, a part of which was verified. */
async function history(sent: number, verified: number, prefix?: string): Promise<void> {
  const requests = many(sent, prefix);
  await start(requests);
  await Promise.all(requests.slice(0, verified).map((request) => verifySend(messaging, request)));
  await passTime(messaging, 2 * 3_600);
}

async function openBreakers(): Promise<string[]> {
  const rows = await messaging.database.query<{ key: string }>(
    'SELECT key FROM send_counts WHERE open_since IS NOT NULL ORDER BY key',
  );
  return rows.map(({ key }) => key);
}

async function metric(name: string): Promise<number> {
  const text = await (await messaging.get('/metrics')).text();
  return Number(
    text
      .split('\n')
      .find((line) => line.startsWith(`atrium_messaging_${name} `))
      ?.split(' ')[1],
  );
}

test('500 numbers of one prefix, asked for by one caller: the production budgets let 100 through', async () => {
  await withSettings({
    SEND_BUDGET_PREFIX_HOUR: '100',
    SEND_BUDGET_PREFIX_DAY: '500',
    SEND_BUDGET_CALLER_HOUR: '10000',
  });
  const outcomes = [];
  for (let batch = 0; batch < 50; batch++) outcomes.push(...(await start(many(10))));
  const refused = outcomes.filter(({ rejection }) => rejection === 'BUDGET_EXCEEDED');
  print(
    `500 numbers of one prefix: ${countSent(outcomes)} sent, ${refused.length} put off by the budget of the prefix`,
  );
  expect([countSent(outcomes), refused.length]).toEqual([100, 400]);
  expect(await openBreakers()).toEqual([]);
});

test('with a history of conversion the breaker opens on a collapse, sends probes, and closes on recovery', async () => {
  // Budgets are raised, so that the breaker alone is seen; no grace, so that the attack need not be waited for.
  await withSettings({ SEND_BREAKER_GRACE_MS: '0' });
  await history(60, 48);
  const attack = [];
  let openedAfter = 0;
  for (let batch = 0; batch < 50; batch++) {
    attack.push(...(await start(many(10))));
    if (openedAfter === 0 && (await openBreakers()).length > 0) openedAfter = countSent(attack) - 10;
  }
  const refused = attack.filter(({ rejection }) => rejection === 'BUDGET_EXCEEDED');
  print(
    `history 48 of 60 verified; of an attack by 500 numbers ${countSent(attack)} were sent, ${openedAfter} before the ` +
      `breakers opened and ${countSent(attack) - openedAfter} as probes`,
  );
  expect([openedAfter, countSent(attack), refused.length]).toEqual([20, 30, 470]);
  expect(await openBreakers()).toEqual(['+9198765', 'IN']);
  expect(refused.every(({ retryAfterMs }) => Number(retryAfterMs) <= 600_000)).toBe(true);
  expect([await metric('breakers_open{kind="prefix"}'), await metric('breaker_changes_total{state="open"}')]).toEqual([
    1, 2,
  ]);

  await passTime(messaging, 600);
  expect(countSent(await start(many(30)))).toBe(10);
  expect((await openBreakers()).length).toBe(2);

  await passTime(messaging, 600);
  const people = many(30);
  const probes = people.slice(0, 10);
  expect(countSent(await start(people))).toBe(10);
  let closedAfter = 0;
  for (const probe of probes) {
    expect(await verifySend(messaging, probe)).toBe(true);
    closedAfter++;
    if ((await openBreakers()).length === 0) break;
  }
  print(`the breakers closed after ${closedAfter} of 10 probes were verified`);
  expect(closedAfter).toBe(4);
  expect(await metric('breakers_open{kind="prefix"}')).toBe(0);
  expect(countSent(await start(people.slice(10)))).toBe(20);
  expect(await openBreakers()).toEqual([]);
});

test('a prefix that collapses takes no other prefix with it, and a country only where all of it collapses', async () => {
  await withSettings({ SEND_BREAKER_GRACE_MS: '0' });
  await history(60, 48, '+9198761');
  await history(60, 48, '+9198762');
  const crowd = many(60, '+9198762');
  await start(crowd);
  await Promise.all(crowd.slice(0, 48).map((request) => verifySend(messaging, request)));
  await start(many(20, '+9198761'));
  await start(many(10, '+9198761'));
  expect(await openBreakers()).toEqual(['+9198761']);
  expect(countSent(await start(many(10, '+9198762')))).toBe(10);
  expect(countSent(await start(many(10, '+9198761')))).toBe(0);
});

test.each([
  { what: 'a short history', earlier: [40, 32], recent: 60 },
  { what: 'few recent codes', earlier: [60, 48], recent: 15 },
  { what: 'a history in which few were verified as well', earlier: [60, 0], recent: 60 },
])('with $what no breaker opens', async ({ earlier, recent }) => {
  await withSettings({ SEND_BREAKER_GRACE_MS: '0' });
  await history(earlier[0] as number, earlier[1] as number);
  await start(many(recent));
  expect(countSent(await start(many(10)))).toBe(10);
  expect(await openBreakers()).toEqual([]);
});

test('codes that nobody had time to type in do not open a breaker; the same codes two minutes later do', async () => {
  await withSettings({});
  await history(60, 48);
  await start(many(40));
  expect(countSent(await start(many(1)))).toBe(1);
  await passTime(messaging, 180);
  expect(countSent(await start(many(11)))).toBe(10);
  expect(await openBreakers()).toEqual(['+9198765', 'IN']);
});
