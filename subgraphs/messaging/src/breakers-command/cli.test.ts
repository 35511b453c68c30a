import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { type FakeSubscriber, startFakeSubscriber } from '../testing/fake-subscriber.ts';
import { type RunningMessaging, startRunningMessaging } from '../testing/running-messaging.ts';
import { countSent, passTime, sendRequest, startSends } from '../testing/sends.ts';
import { waitFor } from '../testing/wait-for.ts';

let subscriber: FakeSubscriber;
let ofClosings: FakeSubscriber;
let messaging: RunningMessaging;
beforeAll(async () => {
  [subscriber, ofClosings] = await Promise.all([startFakeSubscriber(), startFakeSubscriber()]);
  messaging = await startRunningMessaging({
    SEND_BREAKER_GRACE_MS: '0',
    SEND_BREAKER_PROBES: '1',
    BREAKER_SUBSCRIBERS: `pager=${subscriber.url},closings:breaker.closed=${ofClosings.url}`,
    BREAKER_EVENTS_POLL_MS: '20',
  });
});
afterAll(async () => {
  await messaging.close();
  await Promise.all([subscriber.close(), ofClosings.close()]);
});

function breakers(...args: string[]): Promise<{ code: number; out: string; complaint: string }> {
  const env = { PATH: process.env.PATH, DATABASE_URL: messaging.database.url };
  const options = ['--disable-warning=ExperimentalWarning', join(import.meta.dirname, 'cli.ts'), ...args];
  return new Promise((resolve) => {
    execFile(process.execPath, options, { env }, (error, out, complaint) => {
      resolve({ code: Number(error?.code ?? 0), out, complaint });
    });
  });
}

const start = (count: number) =>
  startSends(
    messaging,
    Array.from({ length: count }, () => sendRequest()),
  );

test('an operator sees which breakers are open, closes one, and subscribers are told of both, again until they take it', async () => {
  await start(60);
  await messaging.database.query("UPDATE send_counts SET hour_verified = '{48}', day_verified = '{48}'");
  await passTime(messaging, 7_200);
  await start(20);
  subscriber.answers.push(503);
  expect(countSent(await start(5))).toBe(1);

  const { out } = await breakers('list');
  expect(out).toMatch(/^KIND +KEY +OPEN SINCE +USUAL +PROBES VERIFIED\n/);
  expect(out).toMatch(/\nprefix +\+9198765 +\S+ \S+Z +80 % +0 of 1\n/);
  expect((await breakers('close', 'prefix', '+9198765')).out).toBe('The breaker of +9198765 is closed.\n');
  expect((await breakers('close', 'country', 'IN')).code).toBe(0);
  expect(countSent(await start(30))).toBe(30);

  const again = await breakers('close', 'country', 'IN');
  expect([again.code, again.complaint]).toEqual([1, 'breakers: No such breaker is open. See breakers list.\n']);
  expect((await breakers('list')).out).toBe('No breaker is open.\n');
  const history = JSON.parse((await breakers('history', '--json')).out);
  expect(history.map(({ key, state, byOperator }: Record<string, unknown>) => [key, state, byOperator])).toEqual([
    ['IN', 'closed', true],
    ['+9198765', 'closed', true],
    expect.arrayContaining(['open', false]),
    expect.arrayContaining(['open', false]),
  ]);

  const told = await waitFor('four events', async () => {
    const events = subscriber.batches.slice(1).flat();
    return events.length >= 4 && events;
  });
  expect(subscriber.batches[0]).toEqual(subscriber.batches[1]);
  expect(
    told
      .map(({ type, subject }) => `${type} ${subject}`)
      .slice(0, 2)
      .sort(),
  ).toEqual(['breaker.opened country/IN', 'breaker.opened prefix/+9198765']);
  expect(told.slice(2).map(({ type, subject }) => `${type} ${subject}`)).toEqual([
    'breaker.closed prefix/+9198765',
    'breaker.closed country/IN',
  ]);
  expect(told[0]).toMatchObject({
    specversion: '1.0',
    source: '/messaging',
    data: { baseline: 0.8, sent: 20, verified: 0 },
  });
  await waitFor('the closings', async () => ofClosings.batches.flat().length >= 2);
  expect(ofClosings.batches.flat().map(({ type }) => type)).toEqual(['breaker.closed', 'breaker.closed']);
  expect([...subscriber.contentTypes]).toEqual(['application/cloudevents-batch+json']);
});
