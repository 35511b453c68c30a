import { afterAll, expect, test } from '@jest/globals';
import { startLoad } from '../support/load.ts';
import { createSender } from '../support/sender.ts';
import { startStandIn } from '../support/stand-in.ts';
import { startSystemGateway } from '../support/system-gateway.ts';
import { sharedSystem } from '../support/test-system.ts';
import { scale } from '../support/tier.ts';
import { waitFor } from '../support/wait-for.ts';

const system = await sharedSystem();
const image = { __typename: 'Image', id: '0193c9a0-7b6e-7c52-9f0a-5d4f7f3a2b10', width: 40 };
const instances = [await startStandIn({ root: { image } }), await startStandIn({ root: { image } })] as const;
const [first, second] = instances;

/** A gateway beside the system's own, which knows two instances of Image. */
const gateway = await startSystemGateway(system, {
  ATRIUM_MODE: 'development',
  IMAGE_URL: instances.map(({ url }) => url).join(', '),
  REQUESTS_PER_MINUTE: '1000000',
  BREAKER_PROBE_MS: '100',
});

const sender = createSender();

afterAll(async () => {
  await gateway.stop('SIGKILL');
  await Promise.all(instances.map((instance) => instance.kill()));
});

/** What /metrics says of the breaker of an instance of Image: 0 closed, 1 half-open, 2 open. */
async function breakerOf(instance: number): Promise<number> {
  const text = await (await fetch(gateway.url.replace('/graphql', '/metrics'))).text();
  const state = new RegExp(`^\\w*breaker_state\\{service="image",instance="${instance}"\\} (\\d)$`, 'm').exec(
    text,
  )?.[1];
  if (state === undefined) throw new Error('The breaker is not told of');
  return Number(state);
}

test('one of two instances killed under load: every read succeeds, and the instance is used again once it is back', async () => {
  const query = '{ image(id: "0193c9a0-7b6e-7c52-9f0a-5d4f7f3a2b10") { id width } }';
  const right = JSON.stringify({ data: { image: { id: image.id, width: 40 } } });
  const load = startLoad({
    clients: 8,
    send: () => sender.send(gateway.url, { 'x-api-key': system.apiKey }, { query }),
    judge: ({ status, body }) => status === 200 && body === right,
  });
  const rounds = scale('deaths of an instance under load', { small: 2, full: 20 });
  let answers = 0;
  for (let round = 0; round < rounds; round++) {
    const [dying, index] = round % 2 === 0 ? [first, 0] : [second, 1];
    answers += 200;
    await load.reached(answers);
    await dying.kill();
    await waitFor('its breaker opens', async () => (await breakerOf(index)) !== 0);
    answers += 200;
    await load.reached(answers);
    await dying.restart();
    await waitFor('its breaker closes', async () => (await breakerOf(index)) === 0);
  }
  const { answered, failures } = await load.stop();
  process.stdout.write(`${answered} reads over ${rounds} deaths, ${failures.length} failed\n`);
  expect(failures).toEqual([]);
});
