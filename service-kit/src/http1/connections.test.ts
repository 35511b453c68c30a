import { once } from 'node:events';
import { type AddressInfo, createServer, type Server, type Socket } from 'node:net';
import { afterEach, expect, test } from '@jest/globals';
import { waitUntil } from '../testing/wait-until.ts';
import type { AnswerController, AnswerHandler } from './answer-handler.ts';
import { Connections, type ConnectionsOptions } from './connections.ts';

const opened: { close(): unknown }[] = [];
afterEach(() => Promise.all(opened.splice(0).map((each) => each.close())));

interface Bare {
  port: number;
  /** What arrived, a text for each connection. */
  received: string[];
  sockets: Socket[];
}

/** A server that sends `answer` for each request. */
async function startServer(answer: (request: number, socket: Socket) => void): Promise<Bare> {
  const bare: Bare = { port: 0, received: [], sockets: [] };
  let requests = 0;
  const server: Server = createServer((socket) => {
    const place = bare.received.push('') - 1;
    bare.sockets.push(socket);
    socket.on('error', () => {});
    socket.on('data', (data) => {
      bare.received[place] = `${bare.received[place]}${data}`;
      if (String(data).endsWith('{}')) answer(++requests, socket);
    });
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  bare.port = (server.address() as AddressInfo).port;
  opened.push({
    close: () => {
      for (const socket of bare.sockets) socket.destroy();
      server.close();
    },
  });
  return bare;
}

function open(port: number, options: Partial<ConnectionsOptions> = {}): Connections {
  const connections = new Connections({
    host: '127.0.0.1',
    port,
    connections: 8,
    connectTimeoutMs: 1_000,
    keepAliveMs: 30_000,
    ...options,
  });
  opened.push(connections);
  return connections;
}

/** Keeps what a connection tells. */
class Listener implements AnswerHandler {
  isOver = false;
  status = 0;
  body = '';
  controller: AnswerController | undefined;
  readonly ended: Promise<string>;
  #resolve: (body: string) => void = () => {};
  #reject: (error: Error) => void = () => {};

  constructor() {
    this.ended = new Promise((resolve, reject) => {
      this.#resolve = resolve;
      this.#reject = reject;
    });
    this.ended.catch(() => {});
  }

  onRequestStart(controller: AnswerController): void {
    if (this.isOver) throw new Error('given up');
    this.controller = controller;
  }
  onResponseStarted(): void {}
  onResponseStart(_controller: AnswerController, status: number): void {
    this.status = status;
  }
  onResponseData(_controller: AnswerController, chunk: Buffer): void {
    this.body += chunk;
  }
  onResponseEnd(): void {
    this.#resolve(this.body);
  }
  onResponseError(_controller: unknown, error: Error): void {
    this.#reject(error);
  }
}

function ask(connections: Connections): Listener {
  const listener = new Listener();
  connections.dispatch('POST / HTTP/1.1\r\nhost: x\r\ncontent-length: 2\r\n\r\n{}', 'latin1', listener);
  return listener;
}

const ok = 'HTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\nok';

test('one call after the other goes over one connection; calls at the same time have one each', async () => {
  const server = await startServer((_, socket) => socket.write(ok));
  const connections = open(server.port);
  for (let i = 0; i < 3; i++) expect(await ask(connections).ended).toBe('ok');
  expect(server.received.length).toBe(1);
  expect(await Promise.all([ask(connections).ended, ask(connections).ended])).toEqual(['ok', 'ok']);
  expect(server.received.length).toBe(2);
});

test('what has no connection waits for one, in order, and is not sent where it was given up meanwhile', async () => {
  const answered: Socket[] = [];
  const server = await startServer((_, socket) => answered.push(socket));
  const connections = open(server.port, { connections: 1 });
  const [first, second, third] = [ask(connections), ask(connections), ask(connections)];
  await waitUntil(() => answered.length === 1);
  second.isOver = true;
  answered[0]?.write(ok);
  expect(await first.ended).toBe('ok');
  await waitUntil(() => answered.length === 2);
  answered[1]?.write(ok);
  expect(await third.ended).toBe('ok');
  expect(second.controller).toBeUndefined();
  expect(server.received).toHaveLength(1);
});

test('thousands that were given up while they waited hold nothing up', async () => {
  const answered: Socket[] = [];
  const server = await startServer((_, socket) => answered.push(socket));
  const connections = open(server.port, { connections: 1 });
  const first = ask(connections);
  for (let i = 0; i < 20_000; i++) ask(connections).isOver = true;
  const last = ask(connections);
  await waitUntil(() => answered.length === 1);
  answered[0]?.write(ok);
  expect(await first.ended).toBe('ok');
  await waitUntil(() => answered.length === 2);
  answered[1]?.write(ok);
  expect(await last.ended).toBe('ok');
});

test('what waits is sent over a new connection where the one that it waited for broke', async () => {
  const server = await startServer((request, socket) => (request === 1 ? socket.destroy() : socket.write(ok)));
  const connections = open(server.port, { connections: 1 });
  const [first, second] = [ask(connections), ask(connections)];
  await expect(first.ended).rejects.toMatchObject({ code: 'ECONNRESET' });
  expect(await second.ended).toBe('ok');
});

test('where a server closes one idle connection, the others stay in use', async () => {
  const server = await startServer((_, socket) => socket.write(ok));
  const connections = open(server.port);
  await Promise.all([ask(connections).ended, ask(connections).ended]);
  // The one that was used last would be the next.
  await ask(connections).ended;
  const last = server.sockets[server.received.findIndex((text) => text.match(/\{\}/g)?.length === 2)] as Socket;
  const closed = once(last, 'close');
  last.end();
  await closed;
  for (let i = 0; i < 3; i++) expect(await ask(connections).ended).toBe('ok');
  expect(server.received.length).toBe(2);
});

test.each([
  ['bytes after the answer', `${ok}HTTP/1.1 408 Request Timeout\r\ncontent-length: 0\r\n\r\n`],
  ['a wish to close', 'HTTP/1.1 200 OK\r\nconnection: close\r\ncontent-length: 2\r\n\r\nok'],
  [
    'so short a patience that nothing of it can be relied on',
    'HTTP/1.1 200 OK\r\nkeep-alive: timeout=1\r\ncontent-length: 2\r\n\r\nok',
  ],
  ['no length', 'HTTP/1.1 200 OK\r\n\r\nok'],
])('a connection with %s is not used again', async (_what, answer) => {
  const server = await startServer((request, socket) => {
    socket.write(request === 1 ? answer : ok);
    if (!answer.includes('-length')) socket.end();
  });
  const connections = open(server.port);
  expect(await ask(connections).ended).toBe('ok');
  const next = ask(connections);
  expect(await next.ended).toBe('ok');
  expect(next.status).toBe(200);
  expect(server.received.length).toBe(2);
});

test('what a server says unasked is taken for no answer', async () => {
  const server = await startServer((_, socket) => socket.write(ok));
  const connections = open(server.port);
  await ask(connections).ended;
  const closed = once(server.sockets[0] as Socket, 'close');
  server.sockets[0]?.write('HTTP/1.1 408 Request Timeout\r\ncontent-length: 0\r\n\r\n');
  await closed;
  const next = ask(connections);
  expect([await next.ended, next.status, server.received.length]).toEqual(['ok', 200, 2]);
});

test('a malformed answer ends its call and its connection, and no other', async () => {
  const server = await startServer((request, socket) => socket.write(request === 1 ? 'nonsense\r\n\r\n' : ok));
  const connections = open(server.port);
  await expect(ask(connections).ended).rejects.toThrow('malformed answer');
  expect(await ask(connections).ended).toBe('ok');
  expect(server.received.length).toBe(2);
});

test('a connection that breaks says so by a name of the system', async () => {
  const server = await startServer((_, socket) => socket.destroy());
  await expect(ask(open(server.port)).ended).rejects.toMatchObject({ code: 'ECONNRESET' });
  await expect(ask(open(1)).ended).rejects.toMatchObject({ code: 'ECONNREFUSED' });
});

test('closing waits for what is on its way', async () => {
  const answered: Socket[] = [];
  const server = await startServer((_, socket) => answered.push(socket));
  const connections = open(server.port);
  const call = ask(connections);
  await waitUntil(() => answered.length === 1);
  let isClosed = false;
  const closing = connections.close().then(() => {
    isClosed = true;
  });
  await new Promise(setImmediate);
  expect(isClosed).toBe(false);
  answered[0]?.write(ok);
  expect(await call.ended).toBe('ok');
  await closing;
});
