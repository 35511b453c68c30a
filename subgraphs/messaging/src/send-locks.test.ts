import { newId } from '@atrium/service-kit';
import { afterAll, beforeAll, beforeEach, expect, test } from '@jest/globals';
import pg from 'pg';
import { type CodeClient, openCodeClient } from './testing/code-client.ts';
import { type RunningMessaging, startRunningMessaging } from './testing/running-messaging.ts';
import { type SendRequest, sendRequest, startSends } from './testing/sends.ts';
import { waitFor } from './testing/wait-for.ts';

let messaging: RunningMessaging;
let blocker: pg.Client;

// Two instances: who has just refused somebody reserves sends first, everybody else reserves them last.
beforeAll(async () => {
  messaging = await startRunningMessaging({ CODE_COOL_DOWN_MS: '0', SEND_BUDGET_PREFIX_HOUR: '3' }, undefined, 2);
  blocker = new pg.Client(messaging.database.url);
  await blocker.connect();
});
afterAll(async () => {
  await blocker.end();
  await messaging.close();
});
beforeEach(() => messaging.database.query('TRUNCATE send_counts, postponed_sends'));

/** How many transactions of the service wait for a lock. */
async function waiting(): Promise<number> {
  const [row] = await messaging.database.query<{ count: number }>(
    "SELECT count(*)::int AS count FROM pg_stat_activity WHERE wait_event_type = 'Lock' AND application_name = 'atrium-messaging'",
  );
  return row?.count ?? 0;
}

/**
 * Begins the one on the instance that reserves last and holds it up when it has its keys and rows, but no room yet; then
 * the other on the one that reserves first, until it waits; then lets go.
 */
async function meet<T>(last: () => Promise<T>, first: () => Promise<T>): Promise<T[]> {
  // The instances take turns. Four numbers of a prefix that takes three make one of them careful, for a second.
  await startSends(
    messaging,
    [1, 2, 3, 4].map(() => sendRequest({}, '+9198777')),
  );
  await waitFor('the worker to be done', async () => {
    const left = await messaging.database.query("SELECT FROM messages WHERE status IN ('QUEUED', 'SENDING')");
    return left.length === 0;
  });
  const under: Promise<T>[] = [];
  await blocker.query('BEGIN; LOCK TABLE messages IN SHARE MODE');
  try {
    under.push(last());
    await waitFor('the one that reserves last', async () => (await waiting()) === 1);
    under.push(first());
    await waitFor('the one that reserves first', async () => (await waiting()) === 2);
  } finally {
    await blocker.query('COMMIT');
  }
  return Promise.all(under);
}

test('an idempotency key that is used at once for two people is a conflict for one of them, and no circle', async () => {
  const client: CodeClient = openCodeClient(messaging, {
    clientId: 'log-in',
    scopes: ['messaging:codes', 'profile:read'],
  });
  const people = [messaging.profile.addUser(), messaging.profile.addUser()] as const;
  const send = (at: 0 | 1) => () => client.send(people[at].userId, { idempotencyKey: 'the same' });
  const [last, first] = await meet(send(0), send(1));
  expect(last?.userErrors).toEqual([]);
  expect(client.named(first?.userErrors ?? [])).toEqual(['IDEMPOTENCY_CONFLICT input.idempotencyKey']);
});

test('a request that is refused for its number and repeated in another batch waits for the first, and in no circle', async () => {
  const refused: SendRequest = { ...sendRequest(), phoneNumber: '+442079460000', requestId: newId() };
  const send = () => startSends(messaging, [refused, sendRequest()]);
  const outcomes = await meet(send, send);
  for (const [ofRefused, ofOther] of outcomes) {
    expect([ofRefused?.rejection, ofOther?.rejection]).toEqual(['PHONE_NUMBER_TYPE_NOT_ALLOWED', null]);
  }
});
