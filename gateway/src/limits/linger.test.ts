import { createServer, type Server } from 'node:http';
import { type AddressInfo, connect, type Socket } from 'node:net';
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { abandon, endUnread, isUnread } from './linger.ts';

const bodyBytes = 8 * 1024 * 1024;
const graceMs = 300;
let server: Server;
let client: Socket;
let grace: number;

beforeEach(async () => {
  grace = graceMs;
  const body = '{"refused":true}';
  server = createServer((request, response) => {
    if (!isUnread(request)) throw new Error('there is a body to come');
    response.writeHead(413, ['connection', 'close', 'content-length', String(body.length)]);
    endUnread(request, response, body, grace);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const address = server.address();
  client = connect({ host: '127.0.0.1', port: typeof address === 'object' ? (address?.port ?? 0) : 0 });
  client.write(`POST / HTTP/1.1\r\nhost: localhost\r\ncontent-length: ${bodyBytes}\r\n\r\n`);
});

afterEach(async () => {
  client.destroy();
  await new Promise((resolve) => server.close(resolve));
});

function readToEnd(): Promise<string> {
  return new Promise((resolve, reject) => {
    let text = '';
    client.on('data', (chunk) => {
      text += chunk.toString();
    });
    client.on('end', () => resolve(text));
    client.on('error', reject);
  });
}

describe('a refusal before the body was read', () => {
  test('reaches a client that sends everything before it reads', async () => {
    grace = 10_000;
    await new Promise((resolve) => client.write(Buffer.alloc(bodyBytes), resolve));
    const answer = await readToEnd();
    expect(answer).toContain('413');
    expect(answer).toContain('connection: close');
    expect(answer).toContain('{"refused":true}');
  });

  test('is followed by the end of the connection, however slowly the client sends', async () => {
    const start = performance.now();
    expect(await readToEnd()).toContain('{"refused":true}');
    expect(performance.now() - start).toBeGreaterThanOrEqual(graceMs - 50);
  });
});

test('a request that was given up ends its connection at once, however little is to come', async () => {
  client.destroy();
  const { port } = server.address() as AddressInfo;
  client = connect({ host: '127.0.0.1', port });
  server.prependListener('request', abandon);
  grace = 60_000;
  client.write('POST / HTTP/1.1\r\nhost: localhost\r\ncontent-length: 10\r\n\r\n');
  expect(await readToEnd()).toContain('{"refused":true}');
});
