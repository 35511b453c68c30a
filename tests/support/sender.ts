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

/** Sends operations over connections of its own. */
export interface Sender {
  send(gatewayUrl: string, key: string | undefined, query?: string): Promise<TimedAnswer>;
}

/**
 * Whether this system's loopback interface has all addresses of 127.0.0.0/8, as Linux's does, so that tests can be
 * several clients.
 */
export const hasManyAddresses = process.platform === 'linux';

/** A client at an address of its own; its connections close with the test file. */
export function senderAt(localAddress: `127.0.0.${number}`): Sender {
  const agent = new Agent({ keepAlive: true, ...(hasManyAddresses && { localAddress }) });
  afterAll(() => agent.destroy());
  return { send: (gatewayUrl, key, query = '{ __typename }') => post(agent, gatewayUrl, key, query) };
}

function post(agent: Agent, gatewayUrl: string, key: string | undefined, query: string): Promise<TimedAnswer> {
  const sentAt = Date.now();
  return new Promise((resolve, reject) => {
    const headers = { 'content-type': 'application/json', ...(key && { 'x-api-key': key }) };
    const sent = request(`${gatewayUrl}/graphql`, { method: 'POST', agent, headers }, (response) => {
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
    sent.end(JSON.stringify({ query }));
  });
}

/** A load that runs. */
export interface Load {
  /** Every answer so far. */
  readonly answers: readonly TimedAnswer[];
  stop(): Promise<void>;
}

/** Asks with a key, so many requests at a time, until it is stopped. */
export function keepAsking(sender: Sender, gatewayUrl: string, key: string, concurrency = 4): Load {
  const answers: TimedAnswer[] = [];
  let stopped = false;
  const ask = async () => {
    while (!stopped) answers.push(await sender.send(gatewayUrl, key));
  };
  const asking = Promise.all(Array.from({ length: concurrency }, ask));
  // Who stops it is told; a test that failed before that is told by its own error.
  asking.catch(() => {});
  return {
    answers,
    async stop() {
      stopped = true;
      await asking;
    },
  };
}
