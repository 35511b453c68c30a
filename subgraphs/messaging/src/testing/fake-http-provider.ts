import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';

/** What the next requests of a fake are answered with, before it answers well again. */
export interface FakeAnswer {
  readonly status: number;
  readonly headers?: Record<string, string>;
  readonly body?: object;
  /** Takes the message and never answers. */
  readonly hang?: boolean;
  /** Takes the message and breaks the connection. */
  readonly cut?: boolean;
  readonly until?: Promise<void>;
}

/** A real HTTP server that takes each request whole; `answer` speaks the provider's protocol. */
export async function startFakeHttpProvider(
  answer: (request: IncomingMessage, body: string, response: ServerResponse) => Promise<void> | void,
): Promise<{ url: string; close(): Promise<void> }> {
  const server = createServer(async (request, response) => {
    const chunks: Buffer[] = [];
    for await (const chunk of request) chunks.push(chunk as Buffer);
    await answer(request, Buffer.concat(chunks).toString(), response);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}

/** Answers as a test has told; says whether it has. */
export async function answerAsTold(told: FakeAnswer | undefined, response: ServerResponse): Promise<boolean> {
  if (!told) return false;
  if (told.hang) return true;
  await told.until;
  if (told.cut) {
    response.socket?.destroy();
    return true;
  }
  response.writeHead(told.status, { 'content-type': 'application/json', ...told.headers });
  response.end(JSON.stringify(told.body ?? {}));
  return true;
}
