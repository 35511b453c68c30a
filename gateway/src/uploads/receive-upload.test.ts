import { once } from 'node:events';
import { readdirSync, readlinkSync } from 'node:fs';
import { Agent, type ClientRequest, createServer, request as httpRequest, type IncomingMessage } from 'node:http';
import type { AddressInfo } from 'node:net';
import { setImmediate } from 'node:timers/promises';
import { toPublicBody } from '@atrium/service-kit';
import { waitUntil } from '@atrium/service-kit/testing/wait-until';
import { afterAll, afterEach, beforeAll, describe, expect, test } from '@jest/globals';
import { findUploads } from '../execution/multipart.ts';
import { receiveUpload } from './receive-upload.ts';
import { toUploadFault } from './upload-fault.ts';

const limits = { maxFileBytes: 200_000, maxFiles: 3, maxFieldBytes: 5_000 };

/** Reads an upload and answers what it held: for each file its bytes and its places, or why it cannot be read. */
/** Whether the reader that comes late has seen that a file is held, and waits until it is not. */
let lateReaderWaits = false;

const server = createServer(async (request, response) => {
  try {
    const operations = (await receiveUpload(request, response, limits)) as { query: string; variables: object };
    if (operations.query === 'refused at once') return response.writeHead(400).end('{}');
    // Each file is read for itself, as two subgraphs would.
    const reading = [...findUploads(operations.variables)].map(async ([upload, places]) => {
      const { createReadStream, filename } = await upload.promise;
      if (operations.query === 'read late' && filename === '0.png') {
        await waitUntil(() => held() > 0);
        lateReaderWaits = true;
        await waitUntil(() => held() === 0);
      }
      const chunks: Buffer[] = [];
      for await (const chunk of createReadStream()) chunks.push(chunk as Buffer);
      return { filename, text: Buffer.concat(chunks).toString(), places };
    });
    const read = await Promise.allSettled(reading);
    const files = read.flatMap((one) => (one.status === 'fulfilled' ? [one.value] : []));
    const [failed] = read.flatMap((one) => (one.status === 'rejected' ? [faultOf(one.reason)] : []));
    if (failed === undefined) response.end(JSON.stringify({ files }));
    else response.writeHead(400).end(JSON.stringify({ fault: failed, ...(files.length > 0 ? { files } : {}) }));
  } catch (error) {
    response.writeHead(400).end(JSON.stringify({ fault: faultOf(error) }));
  }
});

const faultOf = (error: unknown) => toPublicBody(toUploadFault(error), '').extensions.code;

beforeAll(async () => void (await once(server.listen(0, '127.0.0.1'), 'listening')));
afterAll(() => {
  server.close();
  server.closeAllConnections();
});

/** The temporary files that this process holds open; each has its name until it is closed. */
const held = () =>
  readdirSync('/proc/self/fd').filter((fd) => {
    try {
      return readlinkSync(`/proc/self/fd/${fd}`).includes('/capacitor-');
    } catch {
      return false;
    }
  }).length;
afterEach(async () => void (await waitUntil(() => held() === 0)));

const field = (name: string, value: unknown) =>
  `--b\r\ncontent-disposition: form-data; name="${name}"\r\n\r\n${typeof value === 'string' ? value : JSON.stringify(value)}\r\n`;
const fileStart = (name: string) =>
  `--b\r\ncontent-disposition: form-data; name="${name}"; filename="${name}.png"\r\ncontent-type: image/png\r\n\r\n`;
const file = (name: string, text: string) => `${fileStart(name)}${text}\r\n`;
const end = '--b--\r\n';
const operations = (variables: object = { file: null }, query = 'q') => field('operations', { query, variables });
const one = operations() + field('map', { 0: ['variables.file'] });

type Answer = { status: number; files?: { text: string; places: string[] }[]; fault?: string };

/** Sends a body in pieces; a function among them is awaited before what follows it is sent. */
function send(
  pieces: (string | ((request: ClientRequest) => unknown))[],
  headers: Record<string, string | number> = {},
): Promise<Answer | 'cut off'> {
  const agent = new Agent({ keepAlive: true });
  const answer = new Promise<Answer | 'cut off'>((resolve, reject) => {
    const { port } = server.address() as AddressInfo;
    const request = httpRequest({
      port,
      agent,
      method: 'POST',
      headers: { 'content-type': 'multipart/form-data; boundary=b', ...headers },
    });
    request.on('error', () => resolve('cut off'));
    request.on('response', async (response) => {
      const chunks: Buffer[] = [];
      for await (const chunk of response) chunks.push(chunk as Buffer);
      const text = Buffer.concat(chunks).toString();
      resolve({ status: response.statusCode ?? 0, ...(JSON.parse(text) as object) });
    });
    void (async () => {
      for (const piece of pieces) {
        if (typeof piece === 'string') request.write(piece);
        else await piece(request);
      }
      if (!request.destroyed) request.end();
    })().catch((error) => {
      reject(error);
      request.destroy();
    });
  });
  return answer.finally(() => agent.destroy());
}

describe('an upload', () => {
  test('may hold its files in any order, whatever the map says', async () => {
    const variables = { a: null, b: null };
    const map = field('map', { x: ['variables.a'], y: ['variables.b'] });
    const answer = await send([operations(variables) + map, file('y', 'second'), file('x', 'first'), end]);
    expect(answer).toMatchObject({
      files: [
        { filename: 'x.png', text: 'first', places: ['variables.a'] },
        { filename: 'y.png', text: 'second', places: ['variables.b'] },
      ],
    });
  });

  test('may use one file at several places, and files in lists', async () => {
    const variables = { list: [null, { inner: null }, null], again: null };
    const map = field('map', { 0: ['variables.list.0', 'variables.again'], 1: ['variables.list.1.inner'] });
    const answer = await send([operations(variables) + map + file('0', 'twice') + file('1', 'once') + end]);
    expect(answer).toMatchObject({
      files: [
        { text: 'twice', places: ['variables.list.0', 'variables.again'] },
        { text: 'once', places: ['variables.list.1.inner'] },
      ],
    });
  });

  test('may have an empty file, and none at all', async () => {
    expect(await send([one + file('0', '') + end])).toMatchObject({ files: [{ text: '' }] });
    expect(await send([operations({}) + field('map', {}) + end])).toMatchObject({ files: [] });
  });

  test('ends for its reader when the whole form is there, and not with the file', async () => {
    let answered = false;
    const variables = { a: null, b: null };
    const map = field('map', { 0: ['variables.a'], 1: ['variables.b'] });
    const answer = send([
      operations(variables) + map + file('0', 'whole'),
      `${fileStart('1')}ha`,
      async () => {
        await waitUntil(() => held() === 2);
        expect(answered).toBe(false);
      },
      'lf\r\n',
      end,
    ]);
    void answer.then(() => {
      answered = true;
    });
    expect(await answer).toMatchObject({ files: [{ text: 'whole' }, { text: 'half' }] });
  });

  test.each<[string, string, string]>([
    ['without operations', field('map', {}) + end, 'BAD_REQUEST'],
    ['without a map', operations() + end, 'BAD_REQUEST'],
    ['whose map comes first', field('map', { 0: ['variables.file'] }) + operations() + end, 'BAD_REQUEST'],
    ['whose file comes before the map', operations() + file('0', 'x') + field('map', {}) + end, 'BAD_REQUEST'],
    ['with operations that are no JSON', `${field('operations', '{bad')}${end}`, 'BAD_REQUEST'],
    [
      'with operations that reach a prototype',
      `${field('operations', '{"query":"q","variables":{"__proto__":{},"file":null}}')}${field('map', { 0: ['variables.file'] })}${file('0', 'x')}${end}`,
      'BAD_REQUEST',
    ],
    ['with operations that are no object', `${field('operations', '7')}${end}`, 'BAD_REQUEST'],
    [
      'with a map to a hundred and one places',
      operations({ a: Array(101).fill(null) }) +
        field('map', { 0: Array.from({ length: 101 }, (_, i) => `variables.a.${i}`) }) +
        file('0', 'x') +
        end,
      'BAD_REQUEST',
    ],
    ['with a map that is no JSON', `${operations()}${field('map', '{bad')}${end}`, 'BAD_REQUEST'],
    ['with a map that is a list', `${operations()}${field('map', [['variables.file']])}${end}`, 'BAD_REQUEST'],
    ['with a map to a text', `${operations()}${field('map', { 0: 'variables.file' })}${end}`, 'BAD_REQUEST'],
    ['with a map to a number', `${operations()}${field('map', { 0: [7] })}${end}`, 'BAD_REQUEST'],
    ['with a map to nowhere', `${operations()}${field('map', { 0: ['variables.none'] })}${end}`, 'BAD_REQUEST'],
    [
      'with a map to what is no null',
      operations({ file: 1 }) + field('map', { 0: ['variables.file'] }) + end,
      'BAD_REQUEST',
    ],
    [
      'with a map to all variables',
      field('operations', { query: 'q', variables: null }) + field('map', { 0: ['variables'] }) + file('0', 'x') + end,
      'BAD_REQUEST',
    ],
    [
      'with a map to something else than variables',
      field('operations', { query: 'q', extensions: { a: null } }) + field('map', { 0: ['extensions.a'] }) + end,
      'BAD_REQUEST',
    ],
    [
      'with a map into a prototype',
      `${operations()}${field('map', { 0: ['variables.__proto__.polluted'] })}${file('0', 'x')}${end}`,
      'BAD_REQUEST',
    ],
    [
      'with two files for one place',
      operations() + field('map', { 0: ['variables.file'], 1: ['variables.file'] }) + end,
      'BAD_REQUEST',
    ],
    ['with a file twice', one + file('0', 'first') + file('0', 'second') + end, 'BAD_REQUEST'],
    ['with a file that the map does not name', one + file('0', 'x') + file('1', 'y') + end, 'BAD_REQUEST'],
    ['with a file missing', one + end, 'BAD_REQUEST'],
    ['without an end', one + file('0', 'x'), 'BAD_REQUEST'],
    ['with half a file', `${one}${fileStart('0')}half`, 'BAD_REQUEST'],
    ['with a malformed header of a part', `${one}--b\r\nbad header\r\n\r\n`, 'BAD_REQUEST'],
    ['with operations that are too long', operations({ text: 'x'.repeat(6_000) }) + end, 'PAYLOAD_TOO_LARGE'],
    ['with a file that is too long', one + file('0', 'x'.repeat(300_000)) + end, 'PAYLOAD_TOO_LARGE'],
    [
      'with a map of too many files',
      operations({ a: [null, null, null, null] }) +
        field('map', { 0: ['variables.a.0'], 1: ['variables.a.1'], 2: ['variables.a.2'], 3: ['variables.a.3'] }) +
        end,
      'PAYLOAD_TOO_LARGE',
    ],
  ])('%s is refused', async (_case, body, fault) => {
    expect(await send([body])).toEqual({ status: 400, fault });
    // The same where it arrives in pieces that end anywhere, as far as it is no file.
    const pieces = body.slice(0, 400).match(/[\s\S]{1,11}/g) ?? [];
    const apart = pieces.flatMap((piece) => [piece, () => setImmediate()]);
    expect(await send([...apart, body.slice(400)])).toEqual({ status: 400, fault });
    expect(Object.hasOwn(Object.prototype, 'polluted')).toBe(false);
  });

  test('of several files is refused whole where one of them is wrong, though the first was read to its end', async () => {
    const variables = { a: null, b: null };
    const map = field('map', { 0: ['variables.a'], 1: ['variables.b'] });
    const start = operations(variables) + map + file('0', 'whole');
    for (const [rest, fault] of [
      [file('1', 'x'.repeat(300_000)) + end, 'PAYLOAD_TOO_LARGE'],
      [`${fileStart('1')}half`, 'BAD_REQUEST'],
      [end, 'BAD_REQUEST'],
      [file('1', 'x') + file('0', 'again') + end, 'BAD_REQUEST'],
    ] as const) {
      const firstIsRead = () => waitUntil(() => held() === 1);
      expect(await send([start, firstIsRead, rest])).toEqual({ status: 400, fault });
      await waitUntil(() => held() === 0);
    }
  });

  test.each([
    ['before its first part', ''],
    ['after its end', one + file('0', 'x') + end],
    ['in parts without a name', `${one}--b\r\nx: y\r\n\r\n`],
  ])('that never ends is refused: %s', async (_case, start) => {
    let sentBytes = 0;
    const answer = await send([
      start,
      async (request) => {
        while (!request.destroyed && sentBytes < 20_000_000) {
          sentBytes += 65_536;
          await new Promise((resolve) => request.write(Buffer.alloc(65_536, 'x'), resolve));
        }
      },
    ]);
    expect(answer).toEqual({ status: 400, fault: 'PAYLOAD_TOO_LARGE' });
    expect(sentBytes).toBeLessThan(19_000_000);
  });

  test('that says that it is longer than allowed is refused before it is read', async () => {
    expect(await send([''], { 'content-length': 10_000_000 })).toEqual({ status: 400, fault: 'PAYLOAD_TOO_LARGE' });
  });

  test.each(['multipart/form-data', 'multipart/mixed; boundary=b'])('as %s cannot be read', async (type) => {
    expect(await send([one + end], { 'content-type': type })).toEqual({ status: 400, fault: 'BAD_REQUEST' });
  });

  test('whose client goes away in the middle of a file leaves nothing', async () => {
    const gone = (request: ClientRequest) => void request.destroy();
    const begun = () => waitUntil(() => held() > 0);
    expect(await send([one, fileStart('0'), 'half', begun, gone])).toBe('cut off');
    await waitUntil(() => held() === 0);
    // So does one whose file is not even open when its client is gone.
    await Promise.all(Array.from({ length: 40 }, () => send([`${one}${fileStart('0')}half`, gone])));
  });

  test('whose files arrive after it was answered leaves nothing', async () => {
    // A field is known to have ended when the next boundary is seen.
    const start = `${operations({ file: null }, 'refused at once')}${field('map', { 0: ['variables.file'] })}--b\r\n`;
    const rest = (file('0', 'late') + end).slice('--b\r\n'.length);
    const { port } = server.address() as AddressInfo;
    const headers = {
      'content-type': 'multipart/form-data; boundary=b',
      'content-length': start.length + rest.length,
    };
    // The connection is kept, and the rest of the body comes when there is no response any more.
    const agent = new Agent({ keepAlive: true });
    const request = httpRequest({ port, method: 'POST', headers, agent });
    request.write(start);
    const [response] = (await once(request, 'response')) as [IncomingMessage];
    expect(response.statusCode).toBe(400);
    response.resume();
    await once(response, 'end');
    await new Promise((resolve) => request.end(rest, () => resolve(undefined)));
    // Another request over the same connection is answered, so that the server has read all of the first.
    const next = httpRequest({ port, agent });
    next.end();
    await once(next, 'response');
    expect(next.reusedSocket).toBe(true);
    await waitUntil(() => held() === 0);
    agent.destroy();
  });

  test('breaks with the same fault for who reads a file of it later', async () => {
    const map = field('map', { 0: ['variables.a'], 1: ['variables.b'] });
    const start = operations({ a: null, b: null }, 'read late') + map + file('0', 'whole');
    // The rest is sent only when the reader has seen the file held, so that it cannot miss that.
    const begun = () => waitUntil(() => lateReaderWaits);
    const answer = await send([start, begun, file('1', 'x'.repeat(300_000)) + end]);
    expect(answer).toEqual({ status: 400, fault: 'PAYLOAD_TOO_LARGE' });
  });
});
