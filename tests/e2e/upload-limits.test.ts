import { type IncomingMessage, request } from 'node:http';
import { expect, test } from '@jest/globals';
import { openAtrium } from '../support/atrium.ts';
import type { Fault } from '../support/graphql-client.ts';
import { peakBytes, residentBytes } from '../support/memory.ts';
import { operation } from '../support/operations.ts';
import { newPerson } from '../support/phone-numbers.ts';
import { photograph } from '../support/pictures.ts';
import { pidOf } from '../support/processes.ts';
import { sharedSystem } from '../support/test-system.ts';
import { uploadFile } from '../support/uploads.ts';

const system = await sharedSystem();
const atrium = openAtrium(system);
const { id: userId } = await atrium.newUser(newPerson());

const mebibyte = 1024 * 1024;
const bodySizeBytes = 200 * mebibyte;
const gatewayPid = pidOf(system.services.gateway);

/** Sends a multipart upload whose file is as long as `sizeBytes` and never in memory; stops when an answer comes. */
function streamUpload(sizeBytes: number, options: { contentLength: boolean }) {
  const boundary = 'atrium-upload-limits';
  const part = (name: string, more = '') =>
    `--${boundary}\r\nContent-Disposition: form-data; name="${name}"${more}\r\n\r\n`;
  const variables = { input: { userId, file: null } };
  const head = [
    `${part('operations')}${JSON.stringify({ query: operation('upload-image'), variables })}\r\n`,
    `${part('map')}{"0":["variables.input.file"]}\r\n`,
    part('0', '; filename="long.jpg"\r\nContent-Type: image/jpeg'),
  ].join('');
  const tail = `\r\n--${boundary}--\r\n`;
  const chunk = Buffer.alloc(64 * 1024, 0xff);
  let sentBytes = 0;

  return new Promise<{ status: number; text: string; sentBytes: number }>((resolve, reject) => {
    let answered = false;
    const outgoing = request(`${system.gatewayUrl}/graphql`, {
      method: 'POST',
      headers: {
        'x-api-key': system.apiKey,
        'content-type': `multipart/form-data; boundary=${boundary}`,
        ...(options.contentLength ? { 'content-length': head.length + sizeBytes + tail.length } : {}),
      },
    });
    outgoing.on('response', (response: IncomingMessage) => {
      answered = true;
      let text = '';
      response.setEncoding('utf8').on('data', (piece: string) => {
        text += piece;
      });
      response.on('end', () => resolve({ status: response.statusCode ?? 0, text, sentBytes }));
      response.on('error', reject);
    });
    outgoing.on('error', (error) => {
      if (!answered) reject(error);
    });
    outgoing.write(head);
    function pump(): void {
      while (!answered && !outgoing.destroyed && sentBytes < sizeBytes) {
        sentBytes += chunk.length;
        if (!outgoing.write(chunk)) {
          // By the event loop, or a reader as quick as we are would keep us from seeing the answer.
          outgoing.once('drain', () => setImmediate(pump));
          return;
        }
      }
      if (!answered && sentBytes >= sizeBytes) outgoing.end(tail);
    }
    pump();
  });
}

test.each([
  { contentLength: false, announced: 'of unknown length' },
  { contentLength: true, announced: 'with its length announced' },
])(
  'a 200 MB upload $announced is cut off with PAYLOAD_TOO_LARGE, and the gateway’s memory does not follow it',
  async (row) => {
    // The first uploads load code and fill pools, which is not what is measured here.
    const photo = { bytes: await photograph(), name: 'photo.jpg', type: 'image/jpeg' };
    for (let i = 0; i < 3; i++) await uploadFile(atrium, { userId }, photo);
    const before = residentBytes(gatewayPid);
    peakBytes(gatewayPid);

    const { status, text, sentBytes } = await streamUpload(bodySizeBytes, row);

    const grownBytes = peakBytes(gatewayPid) - before;
    const [fault] = (JSON.parse(text) as { errors: Fault[] }).errors;
    expect({ status, code: fault?.extensions.code }).toEqual({ status: 413, code: 'PAYLOAD_TOO_LARGE' });
    expect(fault?.message).toMatch(/\d+ ?MB|large/i);
    expect(fault?.extensions.requestId).toEqual(expect.any(String));
    expect(sentBytes).toBeLessThan(bodySizeBytes / 2);
    process.stdout.write(
      `200 MB ${row.announced}: ${(sentBytes / mebibyte).toFixed(1)} MiB sent before the answer, gateway +${(grownBytes / mebibyte).toFixed(1)} MiB\n`,
    );
    expect(grownBytes).toBeLessThan(64 * mebibyte);
  },
);

test('after cut-off uploads the gateway takes a proper one', async () => {
  const photo = { bytes: await photograph(), name: 'photo.jpg', type: 'image/jpeg' };
  const { data } = await uploadFile<{ uploadImage: { userErrors: object[] } }>(atrium, { userId }, photo);
  expect(data?.uploadImage.userErrors).toEqual([]);
});

test('a picture of more than 10 MB is refused by whichever way it comes', async () => {
  const bytes = Buffer.concat([await photograph(), Buffer.alloc(10 * mebibyte)]);
  const byFile = await uploadFile<{ uploadImage: { userErrors: { code: string }[] } | null }>(
    atrium,
    { userId },
    { bytes, name: 'large.jpg', type: 'image/jpeg' },
  );
  const codes = [byFile.data?.uploadImage?.userErrors[0]?.code, byFile.errors[0]?.extensions.code];
  expect(codes.filter((code) => code === 'IMAGE_TOO_LARGE' || code === 'PAYLOAD_TOO_LARGE')).toHaveLength(1);
  const { userErrors } = await atrium.uploadImage({ userId, base64: bytes.toString('base64').slice(0, 13_990_000) });
  expect(userErrors).toMatchObject([{ code: 'IMAGE_TOO_LARGE', field: ['input', 'base64'] }]);
});

test('a JSON body beyond 14 MB is refused', async () => {
  const answer = await atrium.query(operation('upload-image'), {
    input: { userId, base64: 'A'.repeat(15 * mebibyte) },
  });
  expect({ status: answer.status, code: answer.errors[0]?.extensions.code }).toEqual({
    status: 413,
    code: 'PAYLOAD_TOO_LARGE',
  });
});
