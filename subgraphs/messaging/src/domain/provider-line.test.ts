import { expect, test } from '@jest/globals';
import type { SendOutcome } from './ports.ts';
import { ProviderLine, type Turn } from './provider-line.ts';
import { createTokenBucket } from './token-bucket.ts';

const provider = { name: 'post', send: async (): Promise<SendOutcome> => accepted };
const accepted: SendOutcome = { kind: 'accepted', providerMessageId: null };
const unavailable: SendOutcome = { kind: 'unavailable', reason: 'away' };

/** A line whose clock stands still until it is moved. */
function openLine(limits: { concurrency?: number; ratePerSecond?: number } = {}) {
  const clock = { ms: 0 };
  const line = new ProviderLine(
    provider,
    { concurrency: 10, breakerFailures: 2, breakerProbeMs: 1_000, ...limits },
    () => clock.ms,
  );
  const pass = async (outcome: SendOutcome) => {
    const turn = await line.enter(false);
    turn?.leave(outcome);
    return turn !== undefined;
  };
  return { line, clock, pass };
}

/** Enters, and notes when its turn comes. */
function queueUp(line: ProviderLine, name: string, urgent: boolean, order: string[]): Promise<Turn | undefined> {
  const entered = line.enter(urgent);
  entered.then((turn) => order.push(turn ? name : `${name} sent on`));
  return entered;
}

test('no more pass at once than the limit, and urgent ones before those that came earlier', async () => {
  const { line } = openLine({ concurrency: 1 });
  const first = await line.enter(false);
  const order: string[] = [];
  const turns = [
    queueUp(line, 'bulk 1', false, order),
    queueUp(line, 'bulk 2', false, order),
    queueUp(line, 'code', true, order),
  ];
  expect(line.load).toEqual({ waiting: 3, running: 1 });
  first?.leave(accepted);
  for (const next of [turns[2], turns[0], turns[1]]) (await next)?.leave(accepted);
  expect(order).toEqual(['code', 'bulk 1', 'bulk 2']);
  expect(line.load).toEqual({ waiting: 0, running: 0 });
});

test('after failures in a row it is closed, and one message at a time tries whether the provider is back', async () => {
  const { line, clock, pass } = openLine();
  await pass(unavailable);
  await pass(accepted);
  await pass(unavailable);
  expect(line.state).toBe('open');
  await pass({ kind: 'ambiguous', reason: 'time-out' });
  expect(line.state).toBe('closed');
  expect(await pass(accepted)).toBe(false);

  clock.ms = 1_000;
  const probe = await line.enter(false);
  expect(line.state).toBe('probed');
  expect(await pass(accepted)).toBe(false);
  probe?.leave(unavailable);
  expect(line.state).toBe('closed');
  expect(line.opensInMs).toBe(1_000);

  clock.ms = 2_000;
  expect(await pass(accepted)).toBe(true);
  expect(line.state).toBe('open');
});

test('a refusal is an answer: the provider is well', async () => {
  const { line, pass } = openLine();
  for (let i = 0; i < 5; i++) await pass({ kind: 'refused', reason: 'no such number' });
  expect(line.state).toBe('open');
});

test('who waits when it closes is sent on to the next provider', async () => {
  const { line, pass } = openLine({ concurrency: 1 });
  await pass(unavailable);
  const last = await line.enter(false);
  const order: string[] = [];
  const waiting = [queueUp(line, 'bulk', false, order), queueUp(line, 'code', true, order)];
  last?.leave(unavailable);
  await Promise.all(waiting);
  expect(order).toEqual(['code sent on', 'bulk sent on']);
});

test('a provider that asks to be left alone is left alone as a whole, for as long as it asks', async () => {
  const { clock, pass } = openLine();
  await pass({ kind: 'unavailable', reason: 'too many', retryAfterMs: 7_000 });
  clock.ms = 6_999;
  expect(await pass(accepted)).toBe(false);
  clock.ms = 7_000;
  expect(await pass(accepted)).toBe(true);
});

test('a turn that was not used says nothing of the provider', async () => {
  const { line, pass } = openLine();
  await pass(unavailable);
  (await line.enter(false))?.leave();
  await pass(unavailable);
  expect(line.state).toBe('closed');
});

test('so many a second pass as the rate says, and no more after a long pause', () => {
  const clock = { ms: 0 };
  const bucket = createTokenBucket(2, () => clock.ms);
  const take = () => [bucket.take(), bucket.take(), bucket.take()];
  expect(take()).toEqual([true, true, false]);
  expect(bucket.waitMs).toBe(500);
  clock.ms = 500;
  expect(take()).toEqual([true, false, false]);
  clock.ms = 1_000_000;
  expect(take()).toEqual([true, true, false]);
});

test('who waits for the rate passes when its time has come', async () => {
  const line = new ProviderLine(provider, {
    concurrency: 10,
    ratePerSecond: 50,
    breakerFailures: 5,
    breakerProbeMs: 1_000,
  });
  const passed = await Promise.all(
    Array.from({ length: 60 }, async () => {
      const turn = await line.enter(false);
      turn?.leave(accepted);
      return turn !== undefined;
    }),
  );
  expect(passed).toEqual(Array(60).fill(true));
});
