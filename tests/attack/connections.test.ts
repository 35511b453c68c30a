import { afterAll, describe, expect, test } from '@jest/globals';
import { post } from '../support/graphql-client.ts';
import { openConnection, sendRaw } from '../support/raw-http.ts';
import { startProductionGateway } from '../support/system-gateway.ts';
import { sharedSystem } from '../support/test-system.ts';

const system = await sharedSystem();
const settings = { HEADERS_TIMEOUT_MS: '500', REQUEST_TIMEOUT_MS: '1000', UPLOAD_TIMEOUT_MS: '10000' };
process.stdout.write(`slow clients: settings ${JSON.stringify(settings)}\n`);
const gateway = await startProductionGateway(system, settings);
afterAll(async () => {
  await gateway.stop();
});

const { host } = new URL(gateway.url);
const body = '{"query":"{ __typename }"}';
const key = `x-api-key: ${system.apiKey}`;
const lines = (...all: string[]) => `${all.join('\r\n')}\r\n\r\n`;
const head = (...more: string[]) =>
  lines('POST /graphql HTTP/1.1', `host: ${host}`, key, 'content-type: application/json', ...more);
const whole = `${head(`content-length: ${body.length}`)}${body}`;

/** Whether others are answered meanwhile. */
async function expectService(): Promise<void> {
  const headers = { 'content-type': 'application/json', 'x-api-key': system.apiKey };
  const answers = await Promise.all(Array.from({ length: 10 }, () => post(gateway.url, headers, body)));
  expect(answers.map(({ data }) => data)).toEqual(answers.map(() => ({ __typename: 'Query' })));
}

test('a plain request over a plain connection is answered, and another one after it', async () => {
  const connection = await openConnection(gateway.url);
  connection.socket.write(whole + whole);
  const { statuses } = await connection.until((answer) => answer.statuses.length === 2);
  connection.socket.destroy();
  expect(statuses).toEqual([200, 200]);
});

describe('a connection is closed, and answered with 4xx at most, that sends', () => {
  test.each<[what: string, text: string]>([
    [
      'a length and chunks, which two servers would read as two requests',
      `${head(`content-length: ${body.length}`, 'transfer-encoding: chunked')}0\r\n\r\n${whole}`,
    ],
    ['chunks under an obscure name', `${head('transfer-encoding: xchunked', `content-length: ${body.length}`)}${body}`],
    ['chunks twice', `${head('transfer-encoding: chunked, identity')}${body}`],
    ['two lengths', `${head(`content-length: ${body.length}`, 'content-length: 0')}${body}`],
    ['a length that is none', `${head('content-length: +26')}${body}`],
    ['a negative length', `${head('content-length: -1')}${body}`],
    [
      'a length in a line that goes on',
      `${head(`x: y\r\n content-length: ${body.length}`, 'content-length : 3')}${body}`,
    ],
    ['a chunk of no length', `${head('transfer-encoding: chunked')}zz\r\n${body}\r\n0\r\n\r\n`],
    ['a chunk without end', `${head('transfer-encoding: chunked')}fffffffffffffffff\r\n${body}`],
    ['line feeds for line ends', `POST /graphql HTTP/1.1\nhost: ${host}\n${key}\n\n`],
    ['a NUL character in a header', `${head('x-a: \0')}`],
    ['no host', lines('POST /graphql HTTP/1.1', key, 'content-length: 0')],
    ['headers of 40 KB', head(`x-padding: ${'x'.repeat(40_000)}`)],
    ['headers by the thousand', head(...Array.from({ length: 4_000 }, (_, i) => `x-${i}: 1`))],
    ['an address of 40 KB', lines(`GET /graphql?query=${'x'.repeat(40_000)} HTTP/1.1`, `host: ${host}`, key)],
    ['another protocol', 'PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n'],
    ['the hello of TLS', '\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03'],
    ['no HTTP at all', 'EHLO example.com\r\n'],
  ])('%s', async (_what, text) => {
    const connection = await openConnection(gateway.url);
    connection.socket.write(Buffer.from(text, 'latin1'));
    // The end of the connection may come a moment after the answer.
    const ends = (answer: { text: string; closed: boolean }) => answer.closed || /connection: close/i.test(answer.text);
    const { text: came, statuses } = await connection.until(ends);
    connection.socket.destroy();
    expect(statuses.filter((status) => status < 400 || status >= 500)).toEqual([]);
    expect(statuses.length).toBeLessThanOrEqual(1);
    expect(came).not.toMatch(/__typename|"data"/);
    await expectService();
  });
});

test('garbage behind a request costs the request nothing, and ends the connection', async () => {
  const connection = await openConnection(gateway.url);
  connection.socket.write(`${whole}\x00\x01garbage\r\n\r\n`);
  const { statuses } = await connection.until(({ closed }) => closed);
  expect(statuses[0] ?? 400).toBeLessThan(500);
  expect(statuses.slice(1).every((status) => status === 400)).toBe(true);
  await expectService();
});

describe('a slow client is sent away, and holds nobody up', () => {
  test('that never ends its headers', async () => {
    const slow = await Promise.all(Array.from({ length: 50 }, () => openConnection(gateway.url)));
    for (const { socket } of slow) socket.write(`POST /graphql HTTP/1.1\r\nhost: ${host}\r\n`);
    const dripping = setInterval(() => {
      for (const { socket } of slow) if (socket.writable) socket.write('x-a: b\r\n');
    }, 100);
    await expectService();
    const answers = await Promise.all(slow.map((connection) => connection.until(({ closed }) => closed)));
    clearInterval(dripping);
    expect(answers.flatMap(({ statuses }) => statuses).filter((status) => status !== 408 && status !== 400)).toEqual(
      [],
    );
  });

  test('that never ends its body', async () => {
    const slow = await Promise.all(Array.from({ length: 50 }, () => openConnection(gateway.url)));
    for (const { socket } of slow) socket.write(`${head('content-length: 1000')}{"query":"`);
    const dripping = setInterval(() => {
      for (const { socket } of slow) if (socket.writable) socket.write('a');
    }, 100);
    await expectService();
    const answers = await Promise.all(slow.map((connection) => connection.until(({ closed }) => closed)));
    clearInterval(dripping);
    const statuses = answers.flatMap((answer) => answer.statuses);
    expect(statuses.filter((status) => status < 400 || status > 408)).toEqual([]);
    await expectService();
  });

  test('that asks and does not read', async () => {
    const deaf = await Promise.all(Array.from({ length: 10 }, () => openConnection(gateway.url)));
    for (const { socket } of deaf) {
      socket.pause();
      for (let i = 0; i < 200; i++) socket.write(whole);
    }
    await expectService();
    for (const { socket } of deaf) socket.destroy();
  });

  test('that opens connections and says nothing', async () => {
    const silent = await Promise.all(Array.from({ length: 200 }, () => openConnection(gateway.url)));
    await expectService();
    await Promise.all(silent.map((connection) => connection.until(({ closed }) => closed)));
  });
});

test('a body that is announced as too large is refused before a byte of it is sent', async () => {
  const { statuses } = await sendRaw(gateway.url, head('content-length: 100000000'));
  expect(statuses).toEqual([413]);
});
