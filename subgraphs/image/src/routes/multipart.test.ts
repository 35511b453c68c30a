import { once } from 'node:events';
import { connect } from 'node:net';
import { createHttpServer, createLogger } from '@atrium/service-kit';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import type { FastifyInstance } from 'fastify';
import { receiveSentFile } from '../providers/sent-file.ts';
import { acceptMultipart } from './multipart.ts';

let app: FastifyInstance;
const maxFileBytes = 1_000;

beforeAll(async () => {
  app = createHttpServer({
    logger: createLogger('image', 'silent'),
    bodyLimitBytes: 1_000,
    requestBudgetMs: 1_000,
    ready: async () => {},
  });
  acceptMultipart(app, { maxFileBytes, maxFiles: 1 });
  app.post<{ Body: { file: { promise: Promise<unknown> } } }>('/graphql', async ({ body }) => {
    const receive = receiveSentFile(body.file.promise);
    return receive(maxFileBytes).then(
      async (file) => ({ sizeBytes: (await file.read()).length }),
      ({ code }) => ({ code }),
    );
  });
  await app.listen({ host: '127.0.0.1', port: 0 });
});

afterAll(() => app.close());

function send(parts: [string, string][]) {
  const form = new FormData();
  for (const [name, value] of parts) {
    if (name === '0') form.append(name, new Blob([value]), 'file');
    else form.append(name, value);
  }
  return app.inject({ method: 'POST', url: '/graphql', payload: form });
}

test('a file is read to its end, and refused one byte over the limit', async () => {
  const spec: [string, string][] = [
    ['operations', '{"file":null}'],
    ['map', '{"0":["file"]}'],
  ];
  expect((await send([...spec, ['0', 'x'.repeat(maxFileBytes)]])).json()).toEqual({ sizeBytes: maxFileBytes });
  expect((await send([...spec, ['0', 'x'.repeat(maxFileBytes + 1)]])).json()).toEqual({ code: 'IMAGE_TOO_LARGE' });
  expect((await send(spec)).json()).toEqual({ code: 'BAD_REQUEST' });
});

test('what is no multipart request of the specification is a bad request', async () => {
  const wrong: [string, string][][] = [
    [],
    [['operations', '{']],
    [['map', '{"0":["file"]}']],
    [
      ['operations', '{"file":null}'],
      ['map', '{"0":["__proto__.polluted"]}'],
    ],
  ];
  for (const parts of wrong) {
    const response = await send(parts);
    expect([parts, response.statusCode, response.json().errors[0].extensions.code]).toEqual([
      parts,
      400,
      'BAD_REQUEST',
    ]);
  }
});

test('a sender who is refused and never ends their request is answered and then hung up on', async () => {
  const socket = connect((app.server.address() as { port: number }).port, '127.0.0.1');
  const part = (name: string, body: string) =>
    `--b\r\nContent-Disposition: form-data; name="${name}"${name === '0' ? '; filename="f"' : ''}\r\n\r\n${body}\r\n`;
  socket.write(
    `POST /graphql HTTP/1.1\r\nHost: x\r\nContent-Type: multipart/form-data; boundary=b\r\nContent-Length: 999999\r\n\r\n${
      part('operations', '{"file":null}') + part('map', '{"0":["file"]}') + part('0', 'x'.repeat(9_999))
    }`,
  );
  let answer = '';
  socket.on('data', (chunk) => {
    answer += chunk;
  });
  await once(socket, 'close');
  expect(answer).toMatch(/^HTTP\/1\.1 200 OK.*IMAGE_TOO_LARGE/s);
});
