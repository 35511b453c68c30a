import type { MessageChannel } from './message.ts';
import type { ClaimedMessage, DeliveryStore, MessageProvider, SendOutcome } from './ports.ts';
import type { Sealer } from './seal.ts';
import type { Suppressions } from './suppressions.ts';

/** How often a message is tried, and how the pauses between grow. */
export interface DeliveryRules {
  readonly maxAttempts: number;
  readonly firstPauseMs: number;
  readonly longestPauseMs: number;
}

/** What became of one attempt, for the log. */
export type DeliveryOutcome = 'nothing to do' | 'sent' | 'put off' | 'failed' | 'suppressed';

/**
 * Makes the action that hands one queued message to its provider. A message that was sent already, or erased, is left
 * alone. A process that dies between sending and recording leaves the message to be sent again: at least once.
 */
export function createDeliverMessage(parts: {
  deliveries: DeliveryStore;
  sealer: Sealer;
  /** A channel without one is refused: its messages fail. */
  providers: Partial<Record<MessageChannel, MessageProvider>>;
  suppressions: Suppressions;
  rules: DeliveryRules;
}) {
  const { deliveries, sealer, providers, suppressions, rules } = parts;

  async function fail(message: ClaimedMessage, reason: string): Promise<DeliveryOutcome> {
    await deliveries.recordFailed(message.id, reason);
    return 'failed';
  }

  async function conclude(message: ClaimedMessage, provider: string, outcome: SendOutcome): Promise<DeliveryOutcome> {
    if (outcome.kind === 'accepted') {
      await deliveries.recordSent(message.id, provider, outcome.providerMessageId);
      return 'sent';
    }
    if (outcome.kind === 'refused') return fail(message, outcome.reason);
    if (message.attempts >= rules.maxAttempts) return fail(message, outcome.reason);
    const askedPauseMs = outcome.kind === 'unavailable' ? (outcome.retryAfterMs ?? 0) : 0;
    await deliveries.putOff(message.id, Math.max(askedPauseMs, pauseMs(rules, message.attempts)));
    return 'put off';
  }

  return async (messageId: string): Promise<DeliveryOutcome> => {
    const message = await deliveries.claim(messageId);
    if (!message) return 'nothing to do';
    if (message.tooLate) return fail(message, 'too late');
    const { id, operation, channel, locale } = message;
    const content = sealer.open(id, message.sealed);
    const [suppressed] = await suppressions.isSuppressed([{ channel, to: content.to }]);
    if (suppressed) {
      await deliveries.recordSuppressed(id);
      return 'suppressed';
    }
    const provider = providers[channel];
    if (!provider) return fail(message, 'no provider');
    const outcome = await provider.send({ ...content, id, operation, channel, locale });
    return conclude(message, provider.name, outcome);
  };
}

/** Doubles with each attempt; half of it is chance, so that what failed together does not come back together. */
export function pauseMs(rules: DeliveryRules, attempts: number, random = Math.random()): number {
  const full = Math.min(rules.longestPauseMs, rules.firstPauseMs * 2 ** (attempts - 1));
  return Math.round(full / 2 + (random * full) / 2);
}
