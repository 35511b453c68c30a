import { Writable } from 'node:stream';
import { expect, test } from '@jest/globals';
import { pino } from 'pino';
import { createHttpServer } from './http-server.ts';

const traceparent = '00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01';

/** A server that writes its log to where it can be read. */
function serverWithLog() {
  const lines: string[] = [];
  const sink = new Writable({
    write(chunk, _encoding, done) {
      lines.push(String(chunk));
      done();
    },
  });
  const app = createHttpServer({
    logger: pino(sink),
    bodyLimitBytes: 1_000,
    requestBudgetMs: 1_000,
    ready: async () => {},
  });
  return { app, logged: () => lines.map((line) => JSON.parse(line) as Record<string, unknown>) };
}

test('a request is one log line with its id and trace, and without what was asked', async () => {
  const { app, logged } = serverWithLog();
  app.get('/people', async () => 'ok');
  await app.inject({ url: '/people?phone=%2B919876543210', headers: { 'x-request-id': 'r-1', traceparent } });
  expect(logged()).toMatchObject([{ requestId: 'r-1', traceparent, route: '/people', status: 200 }]);
  expect(JSON.stringify(logged())).not.toContain('9876543210');
  await app.close();
});

test('what a fault says stays out of the answer and of the log', async () => {
  const { app, logged } = serverWithLog();
  app.get('/people', async () => {
    throw new Error('Key (phone)=(+919876543210) already exists.');
  });
  const answer = await app.inject({ url: '/people', headers: { 'x-request-id': 'r-1' } });
  expect(answer.json()).toMatchObject({ errors: [{ extensions: { code: 'INTERNAL', requestId: 'r-1' } }] });
  expect(answer.body + JSON.stringify(logged())).not.toContain('9876543210');
  await app.close();
});
