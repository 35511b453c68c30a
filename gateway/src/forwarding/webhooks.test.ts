import { createHash } from 'node:crypto';
import { createServer, request as httpRequest, type IncomingHttpHeaders, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from '@jest/globals';
import { type RunningGateway, startTestGateway } from '../testing/running-gateway.ts';

const maxBytes = 200_000;
const sha256 = (bytes: Buffer) => createHash('sha256').update(bytes).digest('hex');

interface Taken {
  method: string | undefined;
  url: string | undefined;
  headers: IncomingHttpHeaders;
  sha256: string;
}

let messaging: Server;
let gateway: RunningGateway;
const taken: Taken[] = [];
let begun = 0;
let status = 204;

beforeAll(async () => {
  messaging = createServer(async (request, response) => {
    begun += 1;
    const chunks: Buffer[] = [];
    try {
      for await (const chunk of request) chunks.push(chunk as Buffer);
    } catch {
      // The gateway broke off.
      return;
    }
    const { method, url, headers } = request;
    taken.push({ method, url, headers, sha256: sha256(Buffer.concat(chunks)) });
    response.writeHead(status).end();
  });
  await new Promise<void>((resolve) => messaging.listen(0, '127.0.0.1', resolve));
  gateway = await startTestGateway({
    MESSAGING_URL: `http://127.0.0.1:${(messaging.address() as AddressInfo).port}`,
    WEBHOOK_MAX_BYTES: String(maxBytes),
  });
});
beforeEach(() => {
  taken.length = 0;
  begun = 0;
  status = 204;
});
afterAll(async () => {
  await gateway.close();
  messaging.closeAllConnections();
  messaging.close();
});

const post = (path: string, body: Buffer, headers: Record<string, string>) =>
  fetch(gateway.url + path, { method: 'POST', body: new Uint8Array(body), headers });

describe('a webhook', () => {
  test('reaches Messaging byte for byte, without a key and with nothing but the headers that sign it', async () => {
    const body = Buffer.from(`[{"email":"Ä@example.com" , "event":"delivered"}]\r\n${'x'.repeat(100_000)}`);
    const signature = 'x-twilio-email-event-webhook-signature';
    const response = await post('/webhooks/sendgrid?a=1&b=%20', body, {
      'content-type': 'application/json',
      [signature]: 'MEUC',
      cookie: 'a=b',
      authorization: 'Bearer x',
    });
    expect(response.status).toBe(204);
    expect(taken).toMatchObject([{ method: 'POST', url: '/webhooks/sendgrid?a=1&b=%20', sha256: sha256(body) }]);
    expect(taken[0]?.headers).toMatchObject({ 'content-type': 'application/json', [signature]: 'MEUC' });
    for (const name of ['cookie', 'authorization']) expect(taken[0]?.headers).not.toHaveProperty(name);
  });

  test('of any kind of content passes, and is answered as Messaging answers', async () => {
    status = 401;
    const form = Buffer.from('MessageSid=SM1&Body=%2B');
    const response = await post('/webhooks/twilio?message=1', form, {
      'content-type': 'application/x-www-form-urlencoded',
      'x-twilio-signature': 'abc',
    });
    expect(response.status).toBe(401);
    expect(taken).toMatchObject([{ sha256: sha256(form), headers: { 'x-twilio-signature': 'abc' } }]);
    expect((await fetch(`${gateway.url}/webhooks/twilio`, { method: 'POST' })).status).toBe(401);
  });

  test('that is too large is refused, whether it says so or not', async () => {
    const large = Buffer.alloc(maxBytes + 1);
    const headers = { 'content-type': 'application/json' };
    expect((await post('/webhooks/sendgrid', large, headers)).status).toBe(413);
    expect(begun).toBe(0);
    const unannounced = await new Promise<number>((resolve, reject) => {
      const sending = httpRequest(`${gateway.url}/webhooks/sendgrid`, { method: 'POST', headers }, (response) => {
        response.resume();
        resolve(response.statusCode ?? 0);
      });
      sending.on('error', reject);
      sending.write(large.subarray(0, 100_000));
      sending.write(large.subarray(100_000));
      sending.end();
    });
    expect(unannounced).toBe(413);
    expect(taken).toEqual([]);
  });

  test('only POST exists', async () => {
    expect((await fetch(`${gateway.url}/webhooks/sendgrid`)).status).toBe(404);
    expect(taken).toEqual([]);
  });
});
