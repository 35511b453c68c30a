import { PublicError, protect, type TokenVerifier } from '@atrium/service-kit';
import type { FastifyInstance } from 'fastify';
import { z } from 'zod';
import { type InboxRules, inboxRuleActions } from '../domain/inbox-rule.ts';
import { mustBeGateway } from '../domain/policy.ts';

const pattern = z
  .string()
  .min(1)
  .max(254)
  .regex(/^[^\p{Cc}\s]+$/u);

const ruleShape = z
  .strictObject({
    to: pattern,
    action: z.enum(inboxRuleActions),
    times: z.int().min(1).max(1_000_000).nullable().default(null),
    delayMs: z.int().min(1).max(30_000).nullable().default(null),
  })
  .refine(({ action, delayMs }) => (action === 'DELAY') === (delayMs !== null));

/** GET, PUT and DELETE /inbox/rules: what the developer inbox does to messages on purpose, for the gateway. */
export function addInboxRuleRoutes(app: FastifyInstance, rules: InboxRules, verifyToken: TokenVerifier): void {
  protect(app, '/inbox/rules', verifyToken);

  app.get('/inbox/rules', async (request) => {
    mustBeGateway(request.caller);
    return { rules: await rules.list() };
  });

  app.put('/inbox/rules', async (request) => {
    mustBeGateway(request.caller);
    const { success, data } = ruleShape.safeParse(request.body);
    if (!success) {
      throw new PublicError(
        'BAD_REQUEST',
        'Send { "to": "*@bounce.test", "action": "FAIL", "UNAVAILABLE", "DELAY" or "BOUNCE" }, with "times" for so many ' +
          'messages only, and "delayMs" up to 30000 with DELAY.',
      );
    }
    await rules.put(data);
    return { rules: await rules.list() };
  });

  app.delete('/inbox/rules', async (request) => {
    mustBeGateway(request.caller);
    const { to } = request.query as Record<string, unknown>;
    const read = pattern.optional().safeParse(typeof to === 'string' ? to.replace(/^ (?=[\d*])/, '+') : to);
    if (!read.success)
      throw new PublicError('BAD_REQUEST', 'Give one rule’s pattern as `to`, or none to remove them all.');
    await rules.remove(read.data);
    return { rules: await rules.list() };
  });
}
