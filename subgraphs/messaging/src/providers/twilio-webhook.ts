import { createHmac, timingSafeEqual } from 'node:crypto';
import { isId, PublicError } from '@atrium/service-kit';
import type { ProviderEvent, WebhookReader } from '../domain/provider-event.ts';

/** Twilio's code for a recipient who has answered STOP: https://www.twilio.com/docs/api/errors/21610. */
export const unsubscribedCode = 21_610;

/** How Twilio's webhooks are known. */
export interface TwilioWebhookOptions {
  readonly authToken: string;
  /** Our address as Twilio knows it, without a path: `https://api.example.com`. What a proxy made of it does not count. */
  readonly publicUrl: string;
}

/** https://www.twilio.com/docs/messaging/api/message-resource#message-status-values; all others are on the way. */
const outcomes = new Map<string, 'DELIVERED' | 'FAILED'>([
  ['delivered', 'DELIVERED'],
  ['read', 'DELIVERED'],
  ['undelivered', 'FAILED'],
  ['failed', 'FAILED'],
  ['canceled', 'FAILED'],
]);

/** What Twilio takes for the end of a subscription, and for its beginning anew: https://www.twilio.com/docs/messaging/tutorials/advanced-opt-out. */
const stopWords = new Set(['STOP', 'STOPALL', 'UNSUBSCRIBE', 'CANCEL', 'END', 'QUIT', 'OPTOUT', 'REVOKE']);

const startWords = new Set(['START', 'YES', 'UNSTOP']);

/**
 * Twilio's status callbacks and incoming messages, signed by HMAC-SHA1 over the address and the fields
 * (https://www.twilio.com/docs/usage/security). They carry no time: what is told again is known by its message and status.
 */
export function createTwilioWebhook({ authToken, publicUrl }: TwilioWebhookOptions): WebhookReader {
  return {
    provider: 'twilio',
    verify({ url, headers, body }) {
      const fields = new URLSearchParams(body.toString('utf8'));
      const signature = headers['x-twilio-signature'];
      const signed = [publicUrl, withPort(publicUrl)].some((base) =>
        isSame(sign(authToken, base + url, fields), signature),
      );
      if (!signed) {
        throw new PublicError('UNAUTHENTICATED', 'The signature is missing or wrong. Does WEBHOOK_PUBLIC_URL fit?');
      }
    },
    read({ url, body }) {
      const fields = new URLSearchParams(body.toString('utf8'));
      return readEvent(new URL(url, publicUrl).searchParams.get('message'), fields);
    },
  };
}

/** The address, and every field's name and value in the order of names. */
export function sign(authToken: string, url: string, fields: URLSearchParams): Buffer {
  const names = [...new Set(fields.keys())].sort();
  const text = names
    .map((name) =>
      [...new Set(fields.getAll(name))]
        .sort()
        .map((value) => name + value)
        .join(''),
    )
    .join('');
  return createHmac('sha1', authToken)
    .update(url + text, 'utf8')
    .digest();
}

/** Twilio signs the address now with the standard port, now without it. */
function withPort(publicUrl: string): string {
  const { protocol, hostname, port } = new URL(publicUrl);
  return `${protocol}//${hostname}:${port || (protocol === 'https:' ? '443' : '80')}`;
}

function isSame(expected: Buffer, signature: unknown): boolean {
  const given = Buffer.from(typeof signature === 'string' ? signature : '', 'base64');
  return given.length === expected.length && timingSafeEqual(given, expected);
}

function readEvent(messageId: string | null, fields: URLSearchParams): ProviderEvent[] {
  const sid = fields.get('MessageSid') ?? fields.get('SmsSid') ?? '';
  if (!/^[A-Z]{2}[0-9a-f]{32}$/.test(sid)) return [];
  const status = fields.get('MessageStatus') ?? fields.get('SmsStatus') ?? '';
  if (status === 'received') return readReply(sid, fields);
  const outcome = outcomes.get(status);
  // Other statuses say nothing new, and messages that others of this account sent are not ours.
  if (!outcome || messageId === null || !isId(messageId)) return [];
  const code = Number(fields.get('ErrorCode'));
  return [
    {
      id: `${sid}:${status}`,
      messageId: messageId.toLowerCase(),
      providerMessageId: sid,
      outcome,
      failure: outcome === 'FAILED' ? (code > 0 ? `${status} (${code})` : status) : null,
      suppress: code === unsubscribedCode ? { channel: 'SMS', to: fields.get('To') ?? '', reason: 'STOP' } : null,
      lift: null,
    },
  ];
}

/** A message that somebody wrote to us: STOP, START, or nothing that concerns us. */
function readReply(sid: string, fields: URLSearchParams): ProviderEvent[] {
  const word = (fields.get('OptOutType') ?? fields.get('Body') ?? '').trim().toUpperCase();
  const to = fields.get('From') ?? '';
  if (!(stopWords.has(word) || startWords.has(word)) || !/^\+\d{5,15}$/.test(to)) return [];
  const told = { channel: 'SMS', to, reason: 'STOP' } as const;
  return [
    {
      id: `${sid}:received`,
      messageId: null,
      providerMessageId: sid,
      outcome: null,
      failure: null,
      suppress: stopWords.has(word) ? told : null,
      lift: startWords.has(word) ? told : null,
    },
  ];
}
