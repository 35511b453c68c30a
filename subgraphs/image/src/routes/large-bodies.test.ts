import { once } from 'node:events';
import { connect, type Socket } from 'node:net';
import { createHttpServer, createLogger } from '@atrium/service-kit';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import type { FastifyInstance } from 'fastify';
import { createBoundedWork } from '../domain/bounded-work.ts';
import { readLargeBodiesInTurn } from './large-bodies.ts';

let app: FastifyInstance;
const small = JSON.stringify({ text: 'a' });
const large = JSON.stringify({ text: 'a'.repeat(10_000) });

beforeAll(async () => {
  app = createHttpServer({
    logger: createLogger('image', 'silent'),
    bodyLimitBytes: 1_000,
    requestBudgetMs: 10_000,
    ready: async () => {},
  });
  const inTurn = createBoundedWork({ running: 1, waiting: 1 });
  readLargeBodiesInTurn(app, { smallBytes: 1_000, maxBytes: 20_000 }, inTurn);
  for (const url of ['/graphql', '/events']) app.post(url, async () => 'read');
  await app.listen({ host: '127.0.0.1', port: 0 });
});

afterAll(() => app.close());

async function post(body: string, path = '/graphql'): Promise<{ status: number; text: string }> {
  const { port } = app.server.address() as { port: number };
  const headers = { 'content-type': 'application/json' };
  const response = await fetch(`http://127.0.0.1:${port}${path}`, { method: 'POST', headers, body });
  return { status: response.status, text: await response.text() };
}

/** Begins a large request and does not end it. */
async function begin(): Promise<Socket> {
  const socket = connect((app.server.address() as { port: number }).port, '127.0.0.1');
  await once(socket, 'connect');
  const arrived = once(app.server, 'request');
  socket.write(
    `POST /graphql HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\nContent-Length: ${large.length}\r\n\r\n`,
  );
  await arrived;
  return socket;
}

test('large bodies are taken on /graphql only', async () => {
  expect((await post(large)).text).toBe('read');
  expect((await post(large, '/events')).status).toBe(413);
  expect((await post('a'.repeat(20_001))).status).toBe(413);
});

test('they are read in turn, small ones at once, and who finds the line full is told so', async () => {
  const [reading, waiting] = [await begin(), await begin()];
  expect(JSON.parse((await post(large)).text).errors[0].extensions).toMatchObject({
    code: 'OVERLOADED',
    retryAfterMs: 1_000,
  });
  expect((await post(small)).text).toBe('read');

  waiting.write(large);
  reading.write(large);
  const answers = await Promise.all([reading, waiting].map((socket) => once(socket, 'data')));
  expect(answers.map(([data]) => String(data).split('\r\n')[0])).toEqual(['HTTP/1.1 200 OK', 'HTTP/1.1 200 OK']);
  for (const socket of [reading, waiting]) socket.destroy();
});

test('a sender who goes away gives their turn back', async () => {
  const [reading, waiting] = [await begin(), await begin()];
  waiting.destroy();
  reading.destroy();
  await once(reading, 'close');
  let answer = await post(large);
  while (answer.status === 503) answer = await post(large);
  expect(answer.text).toBe('read');
});
