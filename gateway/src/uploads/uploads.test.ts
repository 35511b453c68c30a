import { createHash, randomBytes } from 'node:crypto';
import { readdirSync } from 'node:fs';
import { request as httpRequest } from 'node:http';
import { tmpdir } from 'node:os';
import { waitUntil } from '@atrium/service-kit/testing/wait-until';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { createKey } from '../testing/key.ts';
import { type RunningGateway, startTestGateway } from '../testing/running-gateway.ts';

const mebibyte = 1024 * 1024;
let gateway: RunningGateway;
let key: string;

beforeAll(async () => {
  gateway = await startTestGateway();
  ({ key } = await createKey(gateway.store, { scopes: ['image:write'] }));
});

afterAll(() => gateway.close());

const operations = {
  query: 'mutation($input: UploadInput!) { uploadImage(input: $input) { sha256 sizeBytes } }',
  variables: { input: { file: null } },
};

function form(files: Record<string, Buffer>, map: unknown, sent: unknown = operations): FormData {
  const body = new FormData();
  body.set('operations', typeof sent === 'string' ? sent : JSON.stringify(sent));
  body.set('map', typeof map === 'string' ? map : JSON.stringify(map));
  for (const [name, bytes] of Object.entries(files))
    body.set(name, new Blob([new Uint8Array(bytes)]), 'a "quoted"\nname.png');
  return body;
}

const listTemporaryFiles = () => readdirSync(tmpdir()).filter((name) => name.startsWith('capacitor-'));
// Other processes use the same folder: what one of them left behind is not ours, and what it uses goes again.
const leftBefore = new Set(listTemporaryFiles());
const temporaryFiles = () => listTemporaryFiles().filter((name) => !leftBefore.has(name));

/** Sends a file of so many bytes without ever holding it, in chunks and without saying how long it is. */
function sendLong(sizeBytes: number): Promise<{ status: number; text: string; sentBytes: number }> {
  const chunk = Buffer.alloc(mebibyte / 4);
  let sentBytes = 0;
  return new Promise((resolve, reject) => {
    const headers = { 'x-api-key': key, 'content-type': 'multipart/form-data; boundary=b' };
    const request = httpRequest(`${gateway.url}/graphql`, { method: 'POST', headers });
    request.on('response', async (response) => {
      const parts: Buffer[] = [];
      for await (const part of response) parts.push(part as Buffer);
      request.destroy();
      resolve({ status: response.statusCode ?? 0, text: Buffer.concat(parts).toString(), sentBytes });
    });
    request.on('error', reject);
    const field = (name: string, value: string) =>
      `--b\r\ncontent-disposition: form-data; name="${name}"\r\n\r\n${value}\r\n`;
    request.write(field('operations', JSON.stringify(operations)) + field('map', '{"0":["variables.input.file"]}'));
    request.write('--b\r\ncontent-disposition: form-data; name="0"; filename="a"\r\n\r\n');
    const write = () => {
      while (!request.destroyed && sentBytes < sizeBytes) {
        sentBytes += chunk.length;
        if (!request.write(chunk)) return;
      }
    };
    request.on('drain', write);
    write();
  });
}

describe('an upload', () => {
  test('reaches the subgraph byte for byte, and leaves no file behind', async () => {
    const bytes = randomBytes(3 * mebibyte);
    const answer = await gateway.ask(key, form({ 0: bytes }, { 0: ['variables.input.file'] }));
    expect(answer.data).toEqual({
      uploadImage: { sizeBytes: bytes.length, sha256: createHash('sha256').update(bytes).digest('hex') },
    });
    await waitUntil(() => temporaryFiles().length === 0);
  });

  test('may hold several files, in any order', async () => {
    const query = `mutation($a: UploadInput!, $b: UploadInput!) {
      a: uploadImage(input: $a) { sizeBytes } b: uploadImage(input: $b) { sizeBytes } }`;
    const sent = { query, variables: { a: { file: null }, b: { file: null } } };
    const map = { x: ['variables.a.file'], y: ['variables.b.file'] };
    const answer = await gateway.ask(key, form({ y: Buffer.alloc(20), x: Buffer.alloc(10) }, map, sent));
    expect(answer.data).toEqual({ a: { sizeBytes: 10 }, b: { sizeBytes: 20 } });
  });

  test('of 200 MB is cut off with a clear error, and memory does not follow it', async () => {
    const before = process.memoryUsage().rss;
    const answer = await sendLong(200 * mebibyte);
    expect(answer.status).toBe(413);
    expect(JSON.parse(answer.text).errors[0]).toMatchObject({ extensions: { code: 'PAYLOAD_TOO_LARGE' } });
    expect(answer.sentBytes).toBeLessThan(100 * mebibyte);
    expect(process.memoryUsage().rss - before).toBeLessThan(120 * mebibyte);
    await waitUntil(() => temporaryFiles().length === 0);
  });

  test('that says beforehand that it is too large is refused before it is read', async () => {
    const answer = await gateway.ask(key, form({ 0: Buffer.alloc(60 * mebibyte) }, { 0: ['variables.input.file'] }));
    expect(answer).toMatchObject({ status: 413, errors: [{ extensions: { code: 'PAYLOAD_TOO_LARGE' } }] });
  });

  test('of a client that goes away leaves nothing behind', async () => {
    const headers = { 'x-api-key': key, 'content-type': 'multipart/form-data; boundary=b' };
    const request = httpRequest(`${gateway.url}/graphql`, { method: 'POST', headers });
    request.on('error', () => {});
    const field = (name: string, value: string) =>
      `--b\r\ncontent-disposition: form-data; name="${name}"\r\n\r\n${value}\r\n`;
    request.write(field('operations', JSON.stringify(operations)) + field('map', '{"0":["variables.input.file"]}'));
    request.write('--b\r\ncontent-disposition: form-data; name="0"; filename="a"\r\n\r\nsome bytes');
    await waitUntil(() => temporaryFiles().length > 0);
    request.destroy();
    await waitUntil(() => temporaryFiles().length === 0);
  });

  test('needs the scope for it', async () => {
    const { key: reader } = await createKey(gateway.store, { scopes: ['profile:read'] });
    const answer = await gateway.ask(reader, form({ 0: Buffer.alloc(9) }, { 0: ['variables.input.file'] }));
    expect(answer).toMatchObject({ status: 403, errors: [{ extensions: { code: 'FORBIDDEN' } }] });
  });

  test.each<[string, unknown, unknown]>([
    ['operations that are no JSON', { 0: ['variables.input.file'] }, '{bad'],
    ['operations that are a batch', { 0: ['0.variables.input.file'] }, [operations]],
    ['a map that is no JSON', '{bad', operations],
    ['a map to nowhere', { 0: ['variables.elsewhere'] }, operations],
    ['a map into a prototype', { 0: ['__proto__.file'] }, operations],
    ['a map to the query', { 0: ['query'] }, { query: null }],
    ['a map to a file that is missing', { 7: ['variables.input.file'] }, operations],
  ])('with %s is a BAD_REQUEST', async (_case, map, sent) => {
    const answer = await gateway.ask(key, form({ 0: Buffer.alloc(100) }, map, sent));
    expect(answer.errors?.map(({ extensions }) => extensions.code)).toEqual(['BAD_REQUEST']);
  });

  test('of more files than allowed is too large', async () => {
    const files = Object.fromEntries(['a', 'b', 'c', 'd', 'e'].map((name) => [name, Buffer.alloc(1)]));
    const map = Object.fromEntries(Object.keys(files).map((name) => [name, ['variables.input.file']]));
    expect(await gateway.ask(key, form(files, map))).toMatchObject({ status: 413 });
  });
});
