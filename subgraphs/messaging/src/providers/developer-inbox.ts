import { setTimeout as pause } from 'node:timers/promises';
import { createBatcher } from '@atrium/service-kit';
import type { InboxArrival, InboxWriter } from '../domain/developer-inbox.ts';
import { type InboxRule, type InboxRules, ruleFor } from '../domain/inbox-rule.ts';
import type { MessageProvider, SendOutcome } from '../domain/ports.ts';
import type { TakeProviderEvents } from '../domain/take-provider-events.ts';

/** What the developer inbox is made of. */
export interface DeveloperInboxOptions {
  readonly writer: InboxWriter;
  readonly rules: InboxRules;
  /** Takes the news of a message that bounces, as if it had come by a webhook. */
  readonly take: TakeProviderEvents;
  /** How long after its arrival it bounces. */
  readonly bounceAfterMs: number;
}

const name = 'developer-inbox';

/**
 * The provider that shows messages to developers instead of sending them. A message arrives once, however often it is
 * handed over; rules make it behave as providers do on their bad days.
 */
export function createDeveloperInboxProvider(options: DeveloperInboxOptions): MessageProvider {
  const { writer, rules } = options;
  // Asked for once by all messages of the moment.
  const listRules = createBatcher(
    async (asked: null[]) => {
      const known = await rules.list();
      return asked.map(() => known);
    },
    { maxSize: 250 },
  );
  const bounces = new Set<Promise<void>>();
  const closing = new AbortController();

  async function takeRule(recipient: string): Promise<InboxRule | undefined> {
    const rule = ruleFor(await listRules(null), recipient);
    return rule && (await rules.use(rule)) ? rule : undefined;
  }

  function bounceSoon(message: InboxArrival): void {
    const bounce = bounceLater(message, options, closing.signal).finally(() => bounces.delete(bounce));
    bounces.add(bounce);
  }

  return {
    name,
    idempotent: true,
    async send(message): Promise<SendOutcome> {
      const rule = await takeRule(message.to);
      if (rule?.action === 'FAIL' || rule?.action === 'UNAVAILABLE') {
        await writer.keepAway(message);
        return rule.action === 'FAIL'
          ? { kind: 'refused', reason: 'refused by a rule of the inbox' }
          : { kind: 'unavailable', reason: 'made unavailable by a rule of the inbox' };
      }
      if (rule?.action === 'DELAY') await pause(rule.delayMs ?? 0);
      await writer.arrive(message);
      if (rule?.action === 'BOUNCE') bounceSoon(message);
      return { kind: 'accepted', providerMessageId: null };
    },
    async close() {
      closing.abort();
      await Promise.all(bounces);
    },
  };
}

/** Tells that the message came back, after a while, or at once when the service stops. */
async function bounceLater(message: InboxArrival, { take, bounceAfterMs }: DeveloperInboxOptions, signal: AbortSignal) {
  await pause(bounceAfterMs, undefined, { signal }).catch(() => undefined);
  const { id, channel, to } = message;
  const event = { id: `${id}:bounce`, messageId: id, providerMessageId: '', outcome: 'FAILED', lift: null } as const;
  const suppress = { channel, to, reason: 'BOUNCE' } as const;
  // Nobody waits for it, and a database that is away tells of itself elsewhere.
  await take(name, [{ ...event, failure: 'bounced by a rule of the inbox', suppress }]).catch(() => undefined);
}
