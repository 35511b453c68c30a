import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';

/** A CloudEvent as it arrived. */
export interface ArrivedEvent {
  id: string;
  source: string;
  type: string;
  subject: string;
  data: Record<string, unknown>;
}

/** An HTTP server that takes batches of CloudEvents. */
export interface FakeSubscriber {
  readonly url: string;
  /** What the next batches are answered with; when used up, 204. */
  readonly answers: number[];
  /** Every batch that came, whatever was answered. */
  readonly batches: ArrivedEvent[][];
  readonly contentTypes: Set<string | undefined>;
  close(): Promise<void>;
}

/** Starts the fake on a free port. */
export async function startFakeSubscriber(): Promise<FakeSubscriber> {
  const server = createServer(async (request, response) => {
    let body = '';
    for await (const chunk of request.setEncoding('utf8')) body += chunk;
    fake.batches.push(JSON.parse(body) as ArrivedEvent[]);
    fake.contentTypes.add(request.headers['content-type']);
    response.writeHead(fake.answers.shift() ?? 204).end();
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const fake: FakeSubscriber = {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/alarms`,
    answers: [],
    batches: [],
    contentTypes: new Set(),
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
  return fake;
}
