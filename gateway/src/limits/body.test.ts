import { createServer, request, type Server } from 'node:http';
import { type AddressInfo, connect } from 'node:net';
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { readBody } from './body.ts';
import { type BodyBudget, createBodyBudget } from './body-budget.ts';

let server: Server;
let budget: BodyBudget;

beforeEach(async () => {
  budget = createBodyBudget(1_000);
  server = createServer(async (incoming, response) => {
    try {
      const body = await readBody(incoming, { maxBytes: 600, timeoutMs: 500 }, (bytes) => budget.take(bytes));
      response.end(`read ${body.length}`);
    } catch (error) {
      response.writeHead(400, { connection: 'close' }).end((error as { code: string }).code);
    }
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
});

afterEach(() => {
  server.closeAllConnections();
  server.close();
});

/** Sends a body whose length is announced or not, and gives the answer. */
function send(sizeBytes: number, { announced }: { announced: boolean }): Promise<string> {
  const { port } = server.address() as AddressInfo;
  return new Promise((resolve, reject) => {
    const headers = announced ? { 'content-length': sizeBytes } : {};
    const outgoing = request({ port, host: '127.0.0.1', method: 'POST', headers }, (response) => {
      let text = '';
      response.setEncoding('utf8').on('data', (piece: string) => {
        text += piece;
      });
      response.on('end', () => resolve(text));
    });
    outgoing.on('error', reject);
    for (let sent = 0; sent < sizeBytes; sent += 100) outgoing.write(Buffer.alloc(Math.min(100, sizeBytes - sent)));
    outgoing.end();
  });
}

describe.each([{ announced: true }, { announced: false }])('a body (%p)', (how) => {
  test('is read up to the limit', async () => {
    expect(await send(600, how)).toBe('read 600');
    expect(budget.takenBytes).toBe(600);
  });

  test('beyond the limit is refused', async () => {
    expect(await send(601, how)).toBe('PAYLOAD_TOO_LARGE');
  });

  test('is refused when the bodies under way leave no room for it, and not before', async () => {
    budget.take(500);
    expect(await send(500, how)).toBe('read 500');
    budget.give(999);
    expect(await send(600, how)).toBe('read 600');
    expect(await send(600, how)).toBe('OVERLOADED');
  });
});

test.each([['content-length: 100'], ['transfer-encoding: chunked']])(
  'a body (%s) that does not arrive in time is given up, however it drips',
  async (header) => {
    const { port } = server.address() as AddressInfo;
    const client = connect({ port, host: '127.0.0.1' });
    client.write(`POST / HTTP/1.1\r\nhost: localhost\r\n${header}\r\n\r\n`);
    const drip = setInterval(() => client.write(header.startsWith('c') ? 'a' : '1\r\na\r\n'), 20);
    const answer = await new Promise<string>((resolve) => client.once('data', (chunk) => resolve(String(chunk))));
    clearInterval(drip);
    client.destroy();
    expect(answer).toContain('BAD_REQUEST');
  },
);
