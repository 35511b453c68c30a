import { renameSync, writeFileSync } from 'node:fs';
import { afterAll, expect, test } from '@jest/globals';
import { type Load, startLoad } from '../support/load.ts';
import { startGateway } from '../support/own-gateway.ts';
import { createSender } from '../support/sender.ts';
import { composeSmallGraph, startSmallGraph } from '../support/small-graph.ts';
import { scale } from '../support/tier.ts';
import { waitFor } from '../support/wait-for.ts';

const graph = await startSmallGraph();
afterAll(() => graph.close());

const query = 'query ($id: ID!) { person(id: $id) { id name picture } }';

const sender = createSender();

/** Clients that ask without a pause, and judge every answer. */
function askFor(url: () => string): Load {
  return startLoad({
    clients: 8,
    send: (turn) => sender.send(url(), {}, { query, variables: { id: String(turn) } }),
    judge: ({ status, body }, turn) => {
      const person = { id: String(turn), name: `name of ${turn}`, picture: `picture of ${turn}` };
      return status === 200 && body === JSON.stringify({ data: { person } });
    },
  });
}

test('a new supergraph is taken under load without a failed request, and a broken one is not', async () => {
  const gateway = await startGateway(graph.supergraphSdl, { SUPERGRAPH_CHECK_MS: '100' });
  const load = askFor(() => gateway.url);
  const reloads = scale('new supergraphs under load', { small: 4, full: 30 });
  const everyMs = scale('milliseconds between them', { small: 300, full: 2_000 });
  const urls = { people: graph.people.url, pictures: graph.pictures.url };
  for (let turn = 1; turn <= reloads; turn += 1) {
    const begun = performance.now();
    if (turn === 2) {
      writeFileSync(gateway.supergraphPath, 'type Query { broken');
      await waitFor('the broken one is refused', () => gateway.log().includes('is refused'));
    }
    const draft = `${gateway.supergraphPath}.new`;
    writeFileSync(draft, composeSmallGraph(urls, `version ${turn}`));
    renameSync(draft, gateway.supergraphPath);
    await waitFor('the new one is served', () => count(gateway.log(), 'a new supergraph is served') === turn);
    await waitFor('the next turn', () => performance.now() - begun >= everyMs);
  }
  const { answered, failures } = await load.stop();
  process.stdout.write(`${answered} requests over ${reloads} new supergraphs, ${failures.length} failed\n`);
  await gateway.stop();
  expect(failures).toEqual([]);
  expect(answered).toBeGreaterThan(reloads * 20);
}, 180_000);

test('SIGTERM under load fails no request: what was begun is finished, and clients move on to another gateway', async () => {
  const [first, second] = await Promise.all([
    startGateway(graph.supergraphSdl, { DRAIN_DELAY_MS: '2000' }),
    startGateway(graph.supergraphSdl),
  ]);
  // As a balancer does: the second takes over as soon as the first says that it is not ready.
  let url = first.url;
  const load = askFor(() => url);
  await load.reached(50);
  const begun = performance.now();
  const stopped = first.stop('SIGTERM');
  const readyz = first.url.replace('/graphql', '/readyz');
  await waitFor('the first is unready', async () => (await fetch(readyz).catch(() => undefined))?.status !== 200);
  url = second.url;
  const exitCode = await stopped;
  const tookMs = performance.now() - begun;
  const { answered, failures } = await load.stop();
  process.stdout.write(`${answered} requests, ${failures.length} failed; ended in ${Math.round(tookMs)} ms\n`);
  await second.stop();
  expect(failures).toEqual([]);
  expect(exitCode).toBe(0);
  expect(tookMs).toBeLessThan(10_000);
});

function count(text: string, part: string): number {
  return text.split(part).length - 1;
}
