import { createServer, type IncomingHttpHeaders } from 'node:http';
import type { AddressInfo } from 'node:net';

/** A request as SendGrid's Mail Send API got it. */
export interface SentMail {
  readonly path: string;
  readonly headers: IncomingHttpHeaders;
  // biome-ignore lint/suspicious/noExplicitAny: a test reads whatever part of SendGrid's body it is about.
  readonly body: any;
}

/** An HTTP server that speaks SendGrid's Mail Send API. */
export interface FakeSendGrid {
  readonly url: string;
  readonly mails: SentMail[];
  /** What the next requests are answered with; when used up, 202 with an x-message-id. */
  readonly answers: { status: number; headers?: Record<string, string>; hang?: boolean; until?: Promise<void> }[];
  close(): Promise<void>;
}

/** Starts the fake on a free port. */
export async function startFakeSendGrid(): Promise<FakeSendGrid> {
  const server = createServer(async (request, response) => {
    const chunks: Buffer[] = [];
    for await (const chunk of request) chunks.push(chunk as Buffer);
    const { url: path = '', headers } = request;
    fake.mails.push({ path, headers, body: JSON.parse(Buffer.concat(chunks).toString()) });
    const { status, headers: own, hang, until } = fake.answers.shift() ?? { status: 202 };
    if (hang) return;
    await until;
    if (status === 202) response.setHeader('x-message-id', `sg-${fake.mails.length}`);
    response.writeHead(status, { 'content-type': 'application/json', ...own });
    response.end(
      status === 202 ? '' : JSON.stringify({ errors: [{ message: 'secret asha@example.com', field: null }] }),
    );
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const fake: FakeSendGrid = {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    mails: [],
    answers: [],
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
  return fake;
}
