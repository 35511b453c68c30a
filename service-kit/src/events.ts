import type { FastifyInstance } from 'fastify';
import { z } from 'zod';
import { PublicError } from './errors.ts';
import { protect } from './protect.ts';
import type { TokenVerifier } from './tokens.ts';

/** A CloudEvent 1.0 about one user. It says that something happened to them and never who they are. */
export type UserEvent = z.infer<typeof userEvent>;

const userEvent = z.object({
  specversion: z.literal('1.0'),
  /** Unique with `source`; a receiver takes each pair once. */
  id: z.string().regex(/^[\w.:-]{1,200}$/),
  /** The service that tells: `/profile`. */
  source: z.string().regex(/^\/[a-z]+$/),
  /** What happened: `user.verified`, `user.deleted`. */
  type: z.string().min(1).max(100),
  /** The user's id. */
  subject: z.uuid(),
  time: z.iso.datetime(),
  datacontenttype: z.literal('application/json'),
  /** The user's version after the event, by which a receiver keeps order, and the client that caused it. */
  data: z.object({ version: z.number().int(), clientId: z.string().optional() }),
});

/** Makes an event of this service. */
export function createUserEvent(event: {
  id: string;
  service: string;
  type: string;
  userId: string;
  time: Date;
  version: number;
  clientId?: string;
}): UserEvent {
  return {
    specversion: '1.0',
    id: event.id,
    source: `/${event.service}`,
    type: event.type,
    subject: event.userId,
    time: event.time.toISOString(),
    datacontenttype: 'application/json',
    data: { version: event.version, ...(event.clientId === undefined ? {} : { clientId: event.clientId }) },
  };
}

/**
 * POST /events: takes batches of CloudEvents (HTTP binding, batched mode) from sister services. 204 says that all of
 * them are durably taken; anything else, that the sender must offer them again.
 */
export function receiveEvents(
  app: FastifyInstance,
  verifyToken: TokenVerifier,
  take: (events: UserEvent[]) => Promise<void>,
): void {
  protect(app, '/events', verifyToken);
  app.addContentTypeParser(
    'application/cloudevents-batch+json',
    { parseAs: 'string' },
    app.getDefaultJsonParser('error', 'error'),
  );
  app.post('/events', async (request, reply) => {
    const { caller } = request;
    if (caller.kind !== 'service') throw new PublicError('FORBIDDEN', 'Only services may tell events.');
    const batch = z.array(userEvent).max(1_000).safeParse(request.body);
    if (!batch.success || batch.data.some(({ source }) => source !== `/${caller.service}`)) {
      throw new PublicError('BAD_REQUEST', 'Send a batch of CloudEvents 1.0 whose source is your own.');
    }
    await take(batch.data);
    return reply.status(204).send();
  });
}
