import { createPublicKey, type KeyObject, verify } from 'node:crypto';
import { isId, PublicError } from '@atrium/service-kit';
import { z } from 'zod';
import type { ProviderEvent, ToldReason, WebhookReader } from '../domain/provider-event.ts';

/** How SendGrid's webhooks are known. */
export interface SendGridWebhookOptions {
  /** From `readWebhookKey`. */
  readonly publicKey: KeyObject;
  /** How far the signed time may be from now. */
  readonly toleranceMs: number;
}

/** What an event says of a message; all others (processed, deferred, open, click …) change nothing. */
const outcomes = new Map<string, 'DELIVERED' | 'FAILED'>([
  ['delivered', 'DELIVERED'],
  ['bounce', 'FAILED'],
  ['dropped', 'FAILED'],
]);

/** What an event says of a recipient. A bounce of the type `blocked` is one server's mood of the day. */
const suppressions = new Map<string, ToldReason>([
  ['bounce', 'BOUNCE'],
  ['spamreport', 'COMPLAINT'],
  ['unsubscribe', 'STOP'],
  ['group_unsubscribe', 'STOP'],
]);

/** The time that is signed with the body, in seconds. */
const timeHeader = 'x-twilio-email-event-webhook-timestamp';

const eventShape = z.object({
  event: z.string().max(50),
  sg_event_id: z.string().min(1).max(200),
  sg_message_id: z.string().max(200).default(''),
  email: z.string().max(320),
  type: z.string().max(50).optional(),
  /** The receiving server's, such as 5.1.1 (RFC 3463). */
  status: z.string().max(20).optional(),
  atriumMessageId: z.string().refine(isId),
});

/** SendGrid shows the key as base64 of its DER form; throws where that is not a P-256 key. */
export function readWebhookKey(base64: string): KeyObject {
  const key = createPublicKey({ key: Buffer.from(base64, 'base64'), format: 'der', type: 'spki' });
  if (key.asymmetricKeyDetails?.namedCurve !== 'prime256v1') throw new Error('not a P-256 key');
  return key;
}

/**
 * SendGrid's signed event webhook
 * (https://www.twilio.com/docs/sendgrid/for-developers/tracking-events/getting-started-event-webhook-security-features):
 * ECDSA over the time in its header and the bytes of the body. node:crypto checks it in a tenth of a millisecond; SendGrid's
 * own package does the same in JavaScript.
 */
export function createSendGridWebhook({ publicKey, toleranceMs }: SendGridWebhookOptions): WebhookReader {
  return {
    provider: 'sendgrid',
    verify({ headers, body }) {
      const signature = headers['x-twilio-email-event-webhook-signature'];
      const timestamp = headers[timeHeader];
      if (typeof signature !== 'string' || typeof timestamp !== 'string' || !/^\d{1,12}$/.test(timestamp)) {
        throw unsigned();
      }
      const signed = Buffer.concat([Buffer.from(timestamp), body]);
      if (!verify('sha256', signed, publicKey, Buffer.from(signature, 'base64'))) throw unsigned();
    },
    read({ headers, body }, now) {
      if (Math.abs(now.getTime() - Number(headers[timeHeader]) * 1_000) > toleranceMs) {
        throw new PublicError('UNAUTHENTICATED', 'These events were signed too long ago.');
      }
      return readEvents(body);
    },
  };
}

function unsigned(): PublicError {
  return new PublicError('UNAUTHENTICATED', 'The signature is missing or wrong. Is the verification key up to date?');
}

/** Those that are about messages of ours; an account may send others as well. */
function readEvents(body: Buffer): ProviderEvent[] {
  let events: unknown;
  try {
    events = JSON.parse(body.toString('utf8'));
  } catch {
    events = undefined;
  }
  if (!Array.isArray(events)) throw new PublicError('BAD_REQUEST', 'Send a list of events.');
  return events.flatMap((event: unknown) => {
    const { success, data } = eventShape.safeParse(event);
    return success ? toProviderEvents(data) : [];
  });
}

function toProviderEvents(told: z.infer<typeof eventShape>): ProviderEvent[] {
  const outcome = outcomes.get(told.event) ?? null;
  const reason = told.type === 'blocked' ? undefined : suppressions.get(told.event);
  if (outcome === null && reason === undefined) return [];
  return [
    {
      id: told.sg_event_id,
      messageId: told.atriumMessageId.toLowerCase(),
      providerMessageId: told.sg_message_id,
      outcome,
      failure: outcome === 'FAILED' ? failureOf(told) : null,
      suppress: reason ? { channel: 'EMAIL', to: told.email, reason } : null,
      lift: null,
    },
  ];
}

/** What the receiving server wrote holds the address; its code does not. */
function failureOf({ event, type, status }: z.infer<typeof eventShape>): string {
  const what = event === 'dropped' ? 'dropped by SendGrid' : type === 'blocked' ? 'blocked' : 'bounced';
  return /^\d\.\d{1,3}\.\d{1,3}$/.test(status ?? '') ? `${what} (${status})` : what;
}
