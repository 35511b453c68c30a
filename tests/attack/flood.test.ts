import { afterEach, expect, test } from '@jest/globals';
import { openAtrium } from '../support/atrium.ts';
import { type Flood, startFlood } from '../support/flood.ts';
import { newPerson } from '../support/phone-numbers.ts';
import { quantile } from '../support/quantile.ts';
import { createSender } from '../support/sender.ts';
import { ownSystem } from '../support/test-system.ts';
import { scale, tier } from '../support/tier.ts';
import { signToken } from '../support/tokens.ts';
import { waitFor } from '../support/wait-for.ts';

// Of its own: a flood leaves thousands of users behind, and what is still to be done for them.
const system = await ownSystem();
const connections = scale('connections of the flood', { small: 100, full: 500 });
const rounds = scale('rounds, each quiet and then flooded', { small: 1, full: 5 });
const reads = scale('single reads in each', { small: 100, full: 200 });

const url = `${system.services.profile.url}/graphql`;
const sender = createSender();
const read = 'query Read($id: ID!) { user(id: $id) { id name } }';
const create =
  'mutation Create($input: CreateUserInput!) { createUser(input: $input) { user { id } userErrors { code } } }';

async function authorizationOf(clientId: string): Promise<string> {
  const key = system.signingKeys.gateway;
  const claims = { key, type: 'atrium-client+jwt', audience: 'profile', scope: 'profile:read profile:write' } as const;
  return `Bearer ${await signToken({ ...claims, subject: clientId })}`;
}

function told(times: number[]): string {
  return [0.5, 0.9, 0.99].map((share) => `p${share * 100} ${quantile(times, share).toFixed(1)} ms`).join(', ');
}

type Variables = Record<string, unknown>;

async function readOneByOne(id: string, count: number): Promise<number[]> {
  const authorization = await authorizationOf('single');
  const times: number[] = [];
  for (let turn = 0; turn < count; turn++) {
    const startedAt = performance.now();
    const answer = await sender.send(url, { authorization }, { query: read, variables: { id } });
    times.push(performance.now() - startedAt);
    expect(JSON.parse(answer.body)).toMatchObject({ data: { user: { id } } });
  }
  return times;
}

async function startAtHeight(query: string, variables: Variables): Promise<Flood> {
  const authorization = await authorizationOf('flood');
  const started = startFlood({ url, authorization, body: JSON.stringify({ query, variables }), connections });
  flood = started;
  await waitFor('the flood is at its height', async () => ((await started.counts())['200'] ?? 0) > connections);
  return started;
}

let flood: Flood | undefined;
afterEach(() => flood?.stop());

const floods: [string, (round: number, id: string) => [string, Variables]][] = [
  ['reads', (_round, id) => [read, { id }]],
  // Each with a number of its own.
  [
    'creates',
    (round) => [create, { input: { name: 'Asha Rao', phoneNumber: `+919${round + 1}00000000`, country: 'IN' } }],
  ],
];

test.each(floods)(
  'one caller floods a subgraph with %s; the single reads of another are neither refused nor made to wait',
  async (what, requestOf) => {
    const { id } = await openAtrium(system).newUser(newPerson());
    await readOneByOne(id, 200);
    const quiet: number[] = [];
    const flooded: number[] = [];
    const perSecond: number[] = [];
    const kinds = new Set<string>();
    for (let round = 0; round < rounds; round++) {
      quiet.push(...(await readOneByOne(id, reads)));
      const flood = await startAtHeight(...requestOf(round, id));
      const [before, startedAt] = [await flood.counts(), performance.now()];
      flooded.push(...(await readOneByOne(id, reads)));
      const after = await flood.counts();
      perSecond.push((1_000 * ((after['200'] ?? 0) - (before['200'] ?? 0))) / (performance.now() - startedAt));
      for (const kind of Object.keys(after)) kinds.add(kind);
      await flood.stop();
    }
    const ratio = quantile(flooded, 0.99) / quantile(quiet, 0.99);
    process.stdout.write(
      `single reads, quiet: ${told(quiet)}; beside ${connections} connections of another with ${what}, of which ` +
        `${Math.round(quantile(perSecond, 0.5))} a second are answered: ${told(flooded)}; p99 ${ratio.toFixed(2)} times\n`,
    );
    // The flood itself is answered, or told when to come back.
    expect([...kinds].filter((kind) => !['200', 'overloaded'].includes(kind))).toEqual([]);
    if (tier === 'full') expect(ratio).toBeLessThan(3);
  },
  300_000,
);
