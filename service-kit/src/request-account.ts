import type { FastifyInstance, FastifyRequest } from 'fastify';
import type { Outcome, RequestCounts } from './metrics/index.ts';

declare module 'fastify' {
  interface FastifyRequest {
    /** What became known of a request to the graph; undefined for all others. */
    account: RequestAccount | undefined;
  }
}

/** What becomes known of a request to the graph on its way, for the log and the metrics. */
export interface RequestAccount {
  /** The operation's name, where it is valid and has one. */
  operation: string | undefined;
  /** `ok`, or the code of the first error. */
  outcome: Outcome;
}

/** Opens an account for each request to the graph, and counts it when the request is over. */
export function keepAccounts(app: FastifyInstance, counts: RequestCounts): void {
  app.decorateRequest('account');
  app.addHook('onRequest', (request, reply, done) => {
    if (request.routeOptions.url === '/graphql') {
      const account: RequestAccount = { operation: undefined, outcome: 'ok' };
      const beganAt = performance.now();
      request.account = account;
      counts.began();
      // Comes also where the client goes away, of which Fastify's own hooks hear nothing.
      reply.raw.once('close', () => {
        counts.ended(account.operation, outcomeOf(request, reply.raw), performance.now() - beganAt);
      });
    }
    done();
  });
}

/** What came of a request: what it was refused with comes before what its operation answered. */
export function outcomeOf(
  { refusedWith, account }: FastifyRequest,
  answer: { writableEnded: boolean; statusCode: number },
): Outcome {
  const outcome = refusedWith ?? account?.outcome ?? 'ok';
  if (outcome !== 'ok') return outcome;
  if (!answer.writableEnded) return 'UNAVAILABLE';
  // Apollo Server answers by itself what it cannot take for a GraphQL request.
  return answer.statusCode >= 400 ? 'BAD_REQUEST' : 'ok';
}
