import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { setTimeout as pause } from 'node:timers/promises';

/** An HTTP server that speaks SendGrid's Mail Send API and remembers what it was handed, by message. */
export interface PostOffice {
  readonly url: string;
  /** What it took: message ids in the order of their arrival. One that it was handed twice stands here twice. */
  readonly taken: string[];
  /** What it was asked, what it did not take included. */
  readonly asked: string[];
  /** Requests without an answer yet, by the API key that they came with. */
  readonly underWay: Map<string, number>;
  /** What requests are answered with. */
  status: number;
  headers: Record<string, string>;
  /** Answers the first so many requests only; the others wait until it is raised. */
  answersUpTo(count: number): void;
  /** Takes what it is handed, and cuts the connection instead of saying so. */
  cuts: boolean;
  close(): Promise<void>;
}

/** Starts one on a free port; it takes a message at once and says so a little later. */
export async function startPostOffice({ answerAfterMs = 0 } = {}): Promise<PostOffice> {
  let limit = Number.POSITIVE_INFINITY;
  let raised = Promise.withResolvers<void>();
  const server = createServer(async (request, response) => {
    const chunks: Buffer[] = [];
    for await (const chunk of request) chunks.push(chunk as Buffer);
    const [, id = ''] = /^\/taken\/(.+)$/.exec(request.url ?? '') ?? [];
    if (id) return response.writeHead(office.taken.includes(id) ? 200 : 404).end();

    const key = request.headers.authorization ?? '';
    const messageId: string = JSON.parse(Buffer.concat(chunks).toString()).custom_args.atriumMessageId;
    office.asked.push(messageId);
    if (office.status === 202) office.taken.push(messageId);
    count(key, 1);
    const place = office.asked.length;
    if (answerAfterMs > 0) await pause(answerAfterMs);
    while (place > limit) await raised.promise;
    count(key, -1);
    if (office.cuts) return request.socket.destroy();
    return response.writeHead(office.status, office.headers).end();
  });
  const count = (key: string, by: number) => office.underWay.set(key, (office.underWay.get(key) ?? 0) + by);
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const office: PostOffice = {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    taken: [],
    asked: [],
    underWay: new Map(),
    status: 202,
    headers: {},
    cuts: false,
    answersUpTo(count) {
      limit = count;
      raised.resolve();
      raised = Promise.withResolvers();
    },
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
  return office;
}
