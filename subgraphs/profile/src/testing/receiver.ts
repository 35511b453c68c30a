import { createServer, type IncomingMessage } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { UserEvent } from '@atrium/service-kit';

/** What a receiver does with a batch: answers with a status, or keeps silent. */
export type Answer = number | 'silence';

/** A subscriber at the wire, which keeps an inbox as a receiver of events should. */
export interface Receiver {
  readonly url: string;
  /** Decides on each batch; by default it is taken. */
  answer: (events: UserEvent[]) => Answer;
  /** Every batch as it arrived, whatever was answered. */
  readonly batches: UserEvent[][];
  /** What it has taken: each pair of source and id once, in the order of arrival. */
  readonly inbox: UserEvent[];
  /** How many events were offered again although it had taken them. */
  readonly duplicates: UserEvent[];
  /** The Authorization headers that came. */
  readonly tokens: Set<string>;
  /** Closes its port, as a crash would; `start` opens the same one again. */
  stop(): Promise<void>;
  start(): Promise<void>;
}

/** Starts a receiver on a port of its own. */
export async function startReceiver(): Promise<Receiver> {
  const taken = new Set<string>();
  const server = createServer(async (request, response) => {
    if (request.method !== 'POST') return response.end();
    receiver.tokens.add(request.headers.authorization ?? '');
    const events = JSON.parse(await bodyOf(request)) as UserEvent[];
    receiver.batches.push(events);
    const answer = receiver.answer(events);
    if (answer === 'silence') return;
    if (answer < 300) for (const event of events) take(event);
    return response.writeHead(answer).end();
  });
  const receiver: Receiver = {
    url: '',
    answer: () => 204,
    batches: [],
    inbox: [],
    duplicates: [],
    tokens: new Set(),
    async stop() {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
    async start() {
      const { port } = new URL(receiver.url);
      await new Promise<void>((resolve) => server.listen(Number(port), '127.0.0.1', resolve));
    },
  };

  function take(event: UserEvent): void {
    const key = `${event.source} ${event.id}`;
    if (taken.has(key)) receiver.duplicates.push(event);
    else receiver.inbox.push(event);
    taken.add(key);
  }

  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  return Object.assign(receiver, { url: `http://127.0.0.1:${port}/hooks/atrium` });
}

async function bodyOf(request: IncomingMessage): Promise<string> {
  let body = '';
  for await (const chunk of request.setEncoding('utf8')) body += chunk;
  return body;
}
