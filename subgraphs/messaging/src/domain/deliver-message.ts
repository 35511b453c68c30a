import { type DeliveryRules, pauseAfterAttempts, pauseInOutage } from './delivery-pauses.ts';
import type { MessageChannel } from './message.ts';
import type { DeliveryStore, HeldMessage, OutgoingMessage, SendOutcome, WaitingMessage } from './ports.ts';
import type { ProviderLine } from './provider-line.ts';
import type { QuietHours } from './quiet-hours.ts';
import type { Sealer } from './seal.ts';
import type { Suppressions } from './suppressions.ts';

/** What became of a message at one look, for the log and the metrics. */
export type DeliveryOutcome = 'nothing to do' | 'sent' | 'put off' | 'failed' | 'doubtful' | 'suppressed';

/** The ways to the providers of each channel, the preferred one first. */
export type ProviderLines = Readonly<Record<MessageChannel, readonly ProviderLine[]>>;

/** A message that a provider was asked to take, and what came of it. */
interface Attempt {
  readonly held: HeldMessage;
  readonly outcome: SendOutcome;
}

/**
 * Makes the action that brings one queued message a step further. It is offered to the channel's providers in order,
 * until one takes it or refuses it; one that is left alone is passed over, and counts no attempt. What may have been
 * taken already is never offered anew just so: its provider decides (see MessageProvider). That holds for an answer that
 * was lost as for a worker that died before it wrote the answer down, whose message is found SENDING.
 */
export function createDeliverMessage(parts: {
  deliveries: DeliveryStore;
  sealer: Sealer;
  lines: ProviderLines;
  rules: DeliveryRules;
  quietHours: QuietHours;
  suppressions: Pick<Suppressions, 'isSuppressed'>;
}) {
  const { deliveries, sealer, lines, rules, quietHours, suppressions } = parts;

  async function deliver(message: WaitingMessage): Promise<DeliveryOutcome> {
    if (message.lapsed) return fail(message, 'too late');
    if (message.ageMs > rules.maxAgeMs) return fail(message, 'waited too long');
    if (lines[message.channel].length === 0) return fail(message, 'no provider');
    const outgoing = open(message);
    const [suppressed] = await suppressions.isSuppressed([outgoing]);
    if (suppressed) {
      await deliveries.recordSuppressed(message);
      return 'suppressed';
    }
    const quietMs = quietHours(message, outgoing.to);
    if (quietMs > 0) {
      await deliveries.putOff(message, quietMs, { notDue: true });
      return 'put off';
    }
    return offer(message, outgoing);
  }

  async function offer(message: WaitingMessage, outgoing: OutgoingMessage): Promise<DeliveryOutcome> {
    let held: HeldMessage = message;
    for (const line of lines[message.channel]) {
      const attempt = await attemptWith(line, held, message.urgent, outgoing);
      if (attempt === 'left alone') continue;
      if (attempt === 'taken on') return 'nothing to do';
      const { outcome } = attempt;
      held = attempt.held;
      if (outcome.kind === 'accepted') return sent(held, line, outcome);
      if (outcome.kind === 'refused') return fail(held, outcome.reason);
      if (outcome.kind === 'ambiguous') {
        const { idempotent, lookUp } = line.provider;
        return idempotent || lookUp ? keepInDoubt(message, held) : failInDoubt(held);
      }
      if (held.attempts >= rules.maxAttempts) return fail(held, outcome.reason);
    }
    const opensInMs = Math.min(...lines[message.channel].map((line) => line.opensInMs));
    const asked = held.attempts > message.attempts;
    const pauseMs = asked ? pauseAfterAttempts(rules, held.attempts) : pauseInOutage(rules, message.ageMs);
    await deliveries.putOff(held, opensInMs + pauseMs);
    return 'put off';
  }

  /** Finds out what came of an attempt whose answer nobody wrote down. */
  async function settle(message: WaitingMessage): Promise<DeliveryOutcome> {
    const line = lines[message.channel].find(({ provider }) => provider.name === message.provider);
    if (line?.provider.lookUp) return lookUp(message, line);
    if (line?.provider.idempotent) return repeat(message, line);
    return failInDoubt(message);
  }

  async function lookUp(message: WaitingMessage, line: ProviderLine): Promise<DeliveryOutcome> {
    const known = await line.provider.lookUp?.(message.id);
    if (known?.kind === 'accepted') return sent(message, line, known);
    return known?.kind === 'unknown' ? deliver(message) : keepInDoubt(message, message);
  }

  async function repeat(message: WaitingMessage, line: ProviderLine): Promise<DeliveryOutcome> {
    if (isOver(message, message)) return failInDoubt(message);
    const attempt = await attemptWith(line, message, message.urgent, open(message));
    if (attempt === 'left alone') return keepInDoubt(message, message);
    if (attempt === 'taken on') return 'nothing to do';
    const { held, outcome } = attempt;
    if (outcome.kind === 'accepted') return sent(held, line, outcome);
    // The answer to a message that it has seen before is the first one.
    if (outcome.kind === 'refused') return fail(held, outcome.reason);
    return keepInDoubt(message, held);
  }

  /** Taken on at the last moment, so that a crash leaves in doubt only what was really under way. */
  async function attemptWith(
    line: ProviderLine,
    message: HeldMessage,
    urgent: boolean,
    outgoing: OutgoingMessage,
  ): Promise<Attempt | 'left alone' | 'taken on'> {
    const turn = await line.enter(urgent);
    if (!turn) return 'left alone';
    let outcome: SendOutcome | undefined;
    try {
      const held = await deliveries.claim(message, line.provider.name);
      if (!held) return 'taken on';
      outcome = await line.provider.send(outgoing);
      return { held, outcome };
    } finally {
      turn.leave(outcome);
    }
  }

  async function sent(
    { id }: HeldMessage,
    { provider }: ProviderLine,
    { providerMessageId }: { providerMessageId: string | null },
  ): Promise<DeliveryOutcome> {
    await deliveries.recordSent(id, provider.name, providerMessageId);
    return 'sent';
  }

  async function fail(message: HeldMessage, reason: string): Promise<DeliveryOutcome> {
    await deliveries.recordFailed(message, reason);
    return 'failed';
  }

  async function keepInDoubt(message: WaitingMessage, held: HeldMessage): Promise<DeliveryOutcome> {
    if (isOver(message, held)) return failInDoubt(held);
    await deliveries.putOff(held, pauseAfterAttempts(rules, held.attempts), { inDoubt: true });
    return 'put off';
  }

  async function failInDoubt(message: HeldMessage): Promise<DeliveryOutcome> {
    await deliveries.recordFailed(message, 'doubtful: the provider may have sent it', { doubtful: true });
    return 'doubtful';
  }

  function isOver({ lapsed, ageMs }: WaitingMessage, { attempts }: HeldMessage): boolean {
    return lapsed || ageMs > rules.maxAgeMs || attempts >= rules.maxAttempts;
  }

  function open({ id, operation, channel, locale, sealed }: WaitingMessage): OutgoingMessage {
    return { ...sealer.open(id, sealed), id, operation, channel, locale };
  }

  return async (messageId: string): Promise<DeliveryOutcome> => {
    const message = await deliveries.find(messageId);
    if (!message) return 'nothing to do';
    return message.status === 'SENDING' ? settle(message) : deliver(message);
  };
}
