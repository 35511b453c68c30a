import { PassThrough } from 'node:stream';
import { isId, PublicError, protect, type TokenVerifier } from '@atrium/service-kit';
import type { FastifyInstance } from 'fastify';
import type { DeveloperInbox, InboxFeed, InboxMessage } from '../domain/developer-inbox.ts';
import { mustBeGateway } from '../domain/policy.ts';

/** What the inbox routes read from. */
export interface InboxRoutesOptions {
  readonly inbox: DeveloperInbox;
  readonly feed: InboxFeed;
  readonly verifyToken: TokenVerifier;
  readonly heartbeatMs: number;
}

/** GET /inbox/messages and /inbox/events: the developer inbox, for the gateway. They exist in development only. */
export function addInboxRoutes(app: FastifyInstance, options: InboxRoutesOptions): void {
  const { inbox, verifyToken } = options;
  const streams = new Set<PassThrough>();
  protect(app, '/inbox/messages', verifyToken);
  protect(app, '/inbox/events', verifyToken);

  app.get('/inbox/messages', async (request) => {
    mustBeGateway(request.caller);
    const { to, after } = readFilter(request.query);
    return { messages: await inbox.find({ to, after }) };
  });

  app.get('/inbox/events', async (request, reply) => {
    mustBeGateway(request.caller);
    const stream = new PassThrough();
    streams.add(stream);
    const stop = await follow(stream, request.headers['last-event-id'], options);
    request.raw.once('close', () => {
      stop();
      streams.delete(stream);
      stream.end();
    });
    return reply.headers({ 'content-type': 'text/event-stream', 'cache-control': 'no-store' }).send(stream);
  });

  // A server waits for its open responses when it closes, and these never end by themselves.
  app.addHook('preClose', async () => {
    for (const stream of streams) stream.end();
  });
}

/** Writes an event for everything that arrives from now on, or since an event that was seen; answers how to stop. */
async function follow(stream: PassThrough, lastSeen: unknown, options: InboxRoutesOptions): Promise<() => void> {
  const { inbox, feed, heartbeatMs } = options;
  let latest = typeof lastSeen === 'string' && isId(lastSeen) ? lastSeen : (await inbox.find({}))[0]?.id;
  let reading = Promise.resolve();

  async function catchUp(): Promise<void> {
    const arrived = await inbox.find({ after: latest });
    for (const message of arrived.reverse()) stream.write(toEvent(message));
    latest = arrived.at(-1)?.id ?? latest;
  }

  stream.write(': hello\n\n');
  const heartbeat = setInterval(() => stream.write(': still here\n\n'), heartbeatMs);
  const read = (): void => {
    // An arrival that cannot be read now is read with the next one.
    reading = reading.then(catchUp).catch(() => undefined);
  };
  const unsubscribe = feed.subscribe(read);
  // What arrived between the look above and the subscription was told to nobody.
  read();
  const stop = (): void => {
    clearInterval(heartbeat);
    unsubscribe();
  };
  stream.once('finish', stop);
  return stop;
}

function toEvent(message: InboxMessage): string {
  return `id: ${message.id}\nevent: message\ndata: ${JSON.stringify(message)}\n\n`;
}

function readFilter(query: unknown): { to: string | undefined; after: string | undefined } {
  const { to, after } = query as Record<string, unknown>;
  if (to !== undefined && (typeof to !== 'string' || to.length > 254 || /\p{Cc}/u.test(to))) {
    throw new PublicError('BAD_REQUEST', 'Give one phone number or e-mail address as `to`.');
  }
  if (after !== undefined && (typeof after !== 'string' || !isId(after))) {
    throw new PublicError('BAD_REQUEST', 'Give the id of a message as `after`.');
  }
  // In a query string a plus sign stands for a space; the sender of a number means the sign.
  return { to: to?.replace(/^ (?=\d)/, '+'), after };
}
