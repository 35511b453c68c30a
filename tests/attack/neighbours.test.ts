import { expect, test } from '@jest/globals';
import { doublingFragments } from '../support/bombs.ts';
import { send } from '../support/graphql-client.ts';
import { nobody } from '../support/input-rows.ts';
import { quantile } from '../support/quantile.ts';
import { sharedSystem } from '../support/test-system.ts';
import { scale } from '../support/tier.ts';

const system = await sharedSystem();
const requests = scale('requests beside an attack', { small: 200, full: 2_000 });
const bombs = scale('documents that double 2^18 times', { small: 100, full: 1_000 });

/** What the acceptance text asks for; a busy machine of two cores may add this much, and a frozen one seconds. */
const bombMs = 50;
const neighbourMs = 100;
const slackMs = 400;

async function timed(query: string, variables: object = {}): Promise<{ tookMs: number; code: string | undefined }> {
  const startedAt = performance.now();
  const { errors } = await send(`${system.gatewayUrl}/graphql`, { 'x-api-key': system.apiKey }, query, variables);
  return { tookMs: performance.now() - startedAt, code: errors[0]?.extensions.code };
}

const neighbour = () => timed('query ($id: ID!) { user(id: $id) { id name } }', { id: nobody });

const msOf = (times: { tookMs: number }[]) => times.map(({ tookMs }) => tookMs);

async function oneAfterAnother<T>(count: number, work: (turn: number) => Promise<T>): Promise<T[]> {
  const done: T[] = [];
  for (let turn = 0; turn < count; turn++) done.push(await work(turn));
  return done;
}

test('a document of 1 KB whose fragments double 2^18 times is refused at once, and nobody else waits for it', async () => {
  await oneAfterAnother(50, neighbour);
  const calm = await oneAfterAnother(requests, neighbour);
  const [attacked, attacks] = await Promise.all([
    oneAfterAnother(requests, neighbour),
    // Each is another document, which no cache knows.
    oneAfterAnother(bombs, (turn) => timed(doublingFragments(18, `F${turn.toString(36)}_`))),
  ]);
  expect(new Set(attacks.map(({ code }) => code))).toEqual(new Set(['QUERY_TOO_COMPLEX']));
  expect(attacked.filter(({ code }) => code !== undefined)).toEqual([]);
  const told = {
    calm: quantile(msOf(calm), 0.99),
    attacked: quantile(msOf(attacked), 0.99),
    refusal: quantile(msOf(attacks), 0.5),
    slowestRefusal: quantile(msOf(attacks), 1),
  };
  process.stdout.write(
    `p99 of others ${told.calm.toFixed(1)} ms before and ${told.attacked.toFixed(1)} ms during the attack; ` +
      `a refusal ${told.refusal.toFixed(1)} ms, at most ${told.slowestRefusal.toFixed(1)} ms\n`,
  );
  expect(told.refusal).toBeLessThan(bombMs + slackMs);
  expect(told.attacked).toBeLessThan(told.calm + neighbourMs + slackMs);
});
