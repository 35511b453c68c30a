import { afterAll, expect, test } from '@jest/globals';
import { createKey, keyAnswer } from '../support/api-keys.ts';
import { startLoad } from '../support/load.ts';
import { createSender, hasManyAddresses, type TimedAnswer } from '../support/sender.ts';
import { startSystemGateway } from '../support/system-gateway.ts';
import { ownSystem, sharedSystem } from '../support/test-system.ts';
import { scale } from '../support/tier.ts';
import { waitFor } from '../support/wait-for.ts';

// The load comes from an address of its own, because what is refused counts against the address; else the system is
// one of its own.
const system = await (hasManyAddresses ? sharedSystem() : ownSystem());
const sender = createSender('127.0.0.21');
const unlimited = ['--requests-per-minute', '1000000'];
const [second, revoked, rotated] = await Promise.all([
  startSystemGateway(system),
  createKey(system, ['profile:read'], unlimited),
  createKey(system, ['profile:read'], unlimited),
]);

afterAll(() => second.stop());
const gateways = [`${system.gatewayUrl}/graphql`, second.url];

/** Asks a gateway with a key, four requests at a time, until it is stopped. */
const keepAsking = (url: string, key: string) =>
  startLoad({ clients: 4, send: () => sender.send(url, { 'x-api-key': key }, { query: '{ __typename }' }) });

const overlap = scale('overlap of a rotation, s', { small: 1, full: 10 });

const isAccepted = ({ status }: TimedAnswer) => status === 200;
const isRefused = ({ status }: TimedAnswer) => status === 401 || status === 429;

/** Waits until a time of Date.now(). */
const until = (time: number) => waitFor('the time', () => Date.now() >= time, { timeoutMs: 30_000 });

test('a key that is revoked under load is refused by every gateway within five seconds, and for good', async () => {
  const beforeMs = scale('load before the revocation, ms', { small: 300, full: 2_000 });
  const afterMs = scale('load after the revocation, ms', { small: 1_000, full: 6_000 });
  const loads = gateways.map((url) => keepAsking(url, revoked.key));
  await until(Date.now() + beforeMs);
  await waitFor('the key is in use', () => loads.every(({ answers }) => answers.filter(isAccepted).length > 20));
  await keyAnswer(system, ['revoke', revoked.id]);
  const revokedAt = Date.now();
  await waitFor('every gateway refuses it', () => loads.every(({ answers }) => answers.some(isRefused)), {
    timeoutMs: 5_000,
  });
  await until(revokedAt + afterMs);
  const ended = await Promise.all(loads.map((load) => load.stop()));
  expect(ended.flatMap(({ failures }) => failures)).toEqual([]);
  for (const { answers } of loads) {
    expect(answers.filter((answer) => !isAccepted(answer) && !isRefused(answer))).toEqual([]);
    const firstRefusal = Math.min(...answers.filter(isRefused).map(({ answeredAt }) => answeredAt));
    expect(firstRefusal - revokedAt).toBeLessThan(5_000);
    // Requests that were under way together may be answered in any order.
    expect(answers.filter((answer) => isAccepted(answer) && answer.sentAt > firstRefusal)).toEqual([]);
    expect(answers.filter(({ sentAt }) => sentAt > firstRefusal).length).toBeGreaterThan(20);
  }
});

test('a key that is rotated under load is good until the overlap is over, and the new one from the first', async () => {
  const loads = gateways.map((url) => keepAsking(url, rotated.key));
  await waitFor('the key is in use', () => loads.every(({ answers }) => answers.length > 20));
  const next = await keyAnswer(system, ['rotate', rotated.id, '--overlap', `${overlap}s`]);
  const newLoads = gateways.map((url) => keepAsking(url, next.key as string));
  await waitFor('every gateway refuses the old key', () => loads.every(({ answers }) => answers.some(isRefused)), {
    timeoutMs: overlap * 1_000 + 5_000,
  });
  const ended = await Promise.all([...loads, ...newLoads].map((load) => load.stop()));
  expect(ended.flatMap(({ failures }) => failures)).toEqual([]);
  const endsAt = Date.parse((next.replaced as { expiresAt: string }).expiresAt);
  for (const { answers } of loads) {
    expect(answers.filter((answer) => answer.answeredAt < endsAt && !isAccepted(answer))).toEqual([]);
    expect(answers.filter((answer) => answer.sentAt > endsAt + 5_000 && isAccepted(answer))).toEqual([]);
  }
  for (const { answers } of newLoads) {
    expect(answers.length).toBeGreaterThan(20);
    expect(answers.filter((answer) => !isAccepted(answer))).toEqual([]);
  }
});

test('what became of a key is told with who did it and when it was used', async () => {
  const show = () => keyAnswer(system, ['show', rotated.id]);
  const shown = await waitFor('its last use is written', async () => {
    const answer = await show();
    return answer.lastUsedAt !== null && answer;
  });
  const [created, ended, expired] = shown.events as { event: string; by: string | null; at: string; details: object }[];
  expect(created).toMatchObject({ event: 'CREATED', by: expect.any(String) });
  expect(ended).toMatchObject({ event: 'ROTATED', details: { replacedBy: expect.any(String) } });
  expect(expired).toMatchObject({ event: 'EXPIRED', by: null });
  const overlapMs = Date.parse(expired?.at ?? '') - Date.parse(ended?.at ?? '');
  // Times are kept to the millisecond.
  expect(Math.abs(overlapMs - overlap * 1_000)).toBeLessThanOrEqual(1);
});
