import { PassThrough } from 'node:stream';
import { isId, PublicError, protect, type TokenVerifier } from '@atrium/service-kit';
import type { FastifyInstance } from 'fastify';
import type { DeveloperInbox, InboxFeed, InboxFilter } from '../domain/developer-inbox.ts';
import { mustBeGateway } from '../domain/policy.ts';
import { streamInbox } from './inbox-stream.ts';
import { awaitMessages } from './inbox-wait.ts';

/** What the inbox routes read from. */
export interface InboxRoutesOptions {
  readonly inbox: DeveloperInbox;
  readonly feed: InboxFeed;
  readonly verifyToken: TokenVerifier;
  readonly heartbeatMs: number;
  readonly statusIntervalMs: number;
  readonly longestWaitMs: number;
}

/** GET /inbox/messages and /inbox/events: the developer inbox, for the gateway. They exist in development only. */
export function addInboxRoutes(app: FastifyInstance, options: InboxRoutesOptions): void {
  const { inbox, feed, verifyToken } = options;
  const streams = new Set<PassThrough>();
  const closing = new AbortController();
  protect(app, '/inbox/messages', verifyToken);
  protect(app, '/inbox/events', verifyToken);

  app.get('/inbox/messages', async (request, reply) => {
    mustBeGateway(request.caller);
    const { filter, waitMs } = readQuery(request.query);
    const gone = new AbortController();
    reply.raw.once('close', () => gone.abort());
    const signal = AbortSignal.any([closing.signal, gone.signal]);
    const messages = await awaitMessages(
      () => inbox.find(filter),
      feed,
      Math.min(waitMs, options.longestWaitMs),
      signal,
    );
    return { messages };
  });

  app.get('/inbox/events', async (request, reply) => {
    mustBeGateway(request.caller);
    const stream = new PassThrough();
    streams.add(stream);
    const stop = await streamInbox(stream, request.headers['last-event-id'], options);
    request.raw.once('close', () => {
      stop();
      streams.delete(stream);
      stream.end();
    });
    return reply.headers({ 'content-type': 'text/event-stream', 'cache-control': 'no-store' }).send(stream);
  });

  // A server waits for its open responses when it closes. Streams never end by themselves, and who waits is answered.
  app.addHook('preClose', async () => {
    closing.abort();
    for (const stream of streams) stream.end();
  });
}

function readQuery(query: unknown): { filter: InboxFilter; waitMs: number } {
  const { to, operation, after, wait, all } = query as Record<string, unknown>;
  if (to !== undefined && (typeof to !== 'string' || to.length > 254 || /\p{Cc}/u.test(to))) {
    throw new PublicError('BAD_REQUEST', 'Give one phone number or e-mail address as `to`.');
  }
  if (operation !== undefined && (typeof operation !== 'string' || !/^\w{1,100}$/.test(operation))) {
    throw new PublicError('BAD_REQUEST', 'Give one operation as `operation`, such as PHONE_VERIFICATION.');
  }
  if (after !== undefined && (typeof after !== 'string' || !isId(after))) {
    throw new PublicError('BAD_REQUEST', 'Give the id of a message as `after`.');
  }
  if (wait !== undefined && (typeof wait !== 'string' || !/^\d{1,3}$/.test(wait))) {
    throw new PublicError('BAD_REQUEST', 'Give whole seconds as `wait`, such as 10.');
  }
  // In a query string a plus sign stands for a space; the sender of a number means the sign.
  const filter = { to: to?.replace(/^ (?=\d)/, '+'), operation, after, all: all === 'true' };
  return { filter, waitMs: Number(wait ?? 0) * 1_000 };
}
