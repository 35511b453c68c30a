import { Agent, type IncomingHttpHeaders, request } from 'node:http';
import { afterAll } from '@jest/globals';

/** An answer, with when the request left and when the answer was there, as Date.now() tells. */
export interface TimedAnswer {
  status: number;
  headers: IncomingHttpHeaders;
  body: string;
  sentAt: number;
  answeredAt: number;
}

/** A client that POSTs JSON over connections of its own, which are kept alive. */
export interface Sender {
  send(url: string, headers: Record<string, string>, body: object): Promise<TimedAnswer>;
}

/**
 * Whether this system's loopback interface has all addresses of 127.0.0.0/8, as Linux's does, so that tests can be
 * several clients.
 */
export const hasManyAddresses = process.platform === 'linux';

/** A client, at an address of its own where one is given; its connections close with the test file. */
export function createSender(localAddress?: `127.0.0.${number}`): Sender {
  const agent = new Agent({ keepAlive: true, ...(localAddress && hasManyAddresses && { localAddress }) });
  afterAll(() => agent.destroy());
  return { send: (url, headers, body) => post(agent, url, headers, body) };
}

function post(agent: Agent, url: string, headers: Record<string, string>, sentBody: object): Promise<TimedAnswer> {
  const sentAt = Date.now();
  return new Promise((resolve, reject) => {
    const options = { method: 'POST', agent, headers: { 'content-type': 'application/json', ...headers } };
    const sent = request(url, options, (response) => {
      let body = '';
      response.setEncoding('utf8').on('data', (text: string) => {
        body += text;
      });
      response.once('error', reject);
      response.once('end', () => {
        resolve({ status: response.statusCode ?? 0, headers: response.headers, body, sentAt, answeredAt: Date.now() });
      });
    });
    sent.once('error', reject);
    sent.end(JSON.stringify(sentBody));
  });
}
