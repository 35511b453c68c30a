import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import type { Caller } from '../caller.ts';
import { PublicError } from '../errors.ts';
import type { Admission } from './admission.ts';
import { Visit } from './visit.ts';

declare module 'fastify' {
  interface FastifyRequest {
    /** Its way in; undefined for what does not wait for its turn. */
    visit: Visit | undefined;
  }
}

/** A JSON body as it arrived: it is parsed when its request has been let in. */
class UnparsedJson {
  readonly text: string;

  constructor(text: string) {
    this.text = text;
  }
}

/**
 * Lets requests to /graphql in by an admission: room for the body before it is read, a turn before it is parsed. To be
 * called after the token check is in place and before other hooks that read the body.
 */
export function admitRequests(app: FastifyInstance, admission: Admission): void {
  const parseJson = app.getDefaultJsonParser('error', 'error');
  app.decorateRequest('visit');
  app.addContentTypeParser('application/json', { parseAs: 'string' }, (request, body: string, done) => {
    if (request.visit) done(null, new UnparsedJson(body));
    else parseJson(request, body, done);
  });
  app.addHook('preValidation', (request, _reply, done) => {
    const { visit, body } = request;
    if (!visit) return done();
    if (!(body instanceof UnparsedJson)) return visit.enter(isMultipart(request) ? 'uploads' : 'reads', done);
    visit.enter(admission.laneOf(body.text), (error) => {
      if (error) return done(error);
      parseJson(request, body.text, (fault, parsed) => {
        request.body = parsed;
        done(fault ?? undefined);
      });
    });
  });
}

/** Opens the visit of a request to /graphql. To be called after other hooks that keep a body waiting unread. */
export function openVisits(app: FastifyInstance, admission: Admission): void {
  app.addHook('preParsing', (request, reply, _payload, done) => {
    if (request.routeOptions.url === '/graphql') {
      try {
        openVisit(request, reply, admission);
      } catch (error) {
        return done(error as Error);
      }
    }
    done();
  });
}

function openVisit(request: FastifyRequest, reply: FastifyReply, admission: Admission): void {
  // Without its connection nothing would tell that it is over.
  if (reply.raw.destroyed) throw new PublicError('UNAVAILABLE', 'The caller went away.');
  const { deadline, clientId } = request.atrium;
  const visit = new Visit(admission, clientId ?? nameOf(request.caller), deadline, reply.raw);
  request.visit = visit;
  const bytes = bodyBytes(request);
  if (bytes > 0) visit.takeBody(bytes);
}

function nameOf(caller: Caller): string {
  return caller.kind === 'client' ? caller.clientId : `service:${caller.service}`;
}

/** What the body will take, as its sender announces it or as much as it may; files are not kept in memory. */
function bodyBytes(request: FastifyRequest): number {
  if (isMultipart(request)) return 0;
  const { headers, routeOptions } = request;
  const { bodyLimit } = routeOptions;
  const announced = headers['content-length'];
  return announced === undefined ? bodyLimit : Math.min(Number(announced), bodyLimit);
}

function isMultipart({ headers }: FastifyRequest): boolean {
  return /^multipart\/form-data\b/i.test(headers['content-type'] ?? '');
}

/** A handler whose end frees the place of its request. */
export function working<Reply>(
  handler: (request: FastifyRequest, reply: FastifyReply) => Promise<Reply>,
): (request: FastifyRequest, reply: FastifyReply) => Promise<Reply> {
  return async (request, reply) => {
    request.visit?.workBegins();
    try {
      return await handler(request, reply);
    } finally {
      request.visit?.workEnds();
    }
  };
}
