import sharedClient from '@sendgrid/client';
import sharedMail from '@sendgrid/mail';
import type { MessageProvider, SendOutcome } from '../domain/ports.ts';

// The typings show the packages' shared instances only; each provider has its own, with its own settings.
const Client = sharedClient.constructor as new () => typeof sharedClient;
const MailService = sharedMail.constructor as new () => typeof sharedMail;

/** How SendGrid is reached. */
export interface SendGridOptions {
  readonly apiKey: string;
  readonly baseUrl: string;
  readonly from: { email: string; name: string };
  readonly timeoutMs: number;
}

const noRedirects = { maxRedirects: 0 };

/** The longest pause that we let SendGrid ask for. */
const longestRetryAfterMs = 60 * 60 * 1_000;

/**
 * E-mail by SendGrid's v3 Mail Send API, which answers 202 with x-message-id. It has no idempotency key: nobody
 * knows whether a message whose answer was lost is sent; our id travels in custom_args, so that its webhooks can tell.
 */
export function createSendGridProvider(options: SendGridOptions): MessageProvider {
  const client = new Client();
  client.setApiKey(options.apiKey);
  client.setDefaultRequest('baseUrl', `${options.baseUrl}/`);
  const mail = new MailService();
  mail.setClient(client);
  mail.setTimeout(options.timeoutMs);
  // Passed on to the HTTP client, which would otherwise carry the API key to wherever an answer points.
  client.setDefaultRequest(noRedirects as object as Parameters<typeof client.setDefaultRequest>[0]);

  return {
    name: 'sendgrid',
    async send({ id, to, subject, body, html }): Promise<SendOutcome> {
      try {
        const [response] = await mail.send({
          to,
          from: options.from,
          subject: subject ?? '',
          text: body,
          ...(html === null ? {} : { html }),
          customArgs: { atriumMessageId: id },
          // Rewritten links and counting pixels have no place in a message about an account.
          trackingSettings: { clickTracking: { enable: false, enableText: false }, openTracking: { enable: false } },
        });
        return { kind: 'accepted', providerMessageId: messageIdOf(response.headers) };
      } catch (error) {
        return toOutcome(error);
      }
    },
  };
}

function messageIdOf(headers: unknown): string | null {
  const id = (headers as Record<string, unknown> | undefined)?.['x-message-id'];
  return typeof id === 'string' && id !== '' ? id.slice(0, 200) : null;
}

/** What fails before a request is written, or is answered by somebody else: SendGrid has not taken the mail. */
const notTaken = new Set(['ECONNREFUSED', 'ENOTFOUND', 'EAI_AGAIN', 'EHOSTUNREACH', 'ENETUNREACH', 'ERR_BAD_RESPONSE']);

/** A status says whether trying again makes sense; without one the network failed, and the mail may have gone out. */
function toOutcome(error: unknown): SendOutcome {
  const { code: status, response } = error as { code?: unknown; response?: { headers?: Record<string, unknown> } };
  if (notTaken.has(String(status))) return { kind: 'unavailable', reason: 'provider out of reach' };
  if (typeof status !== 'number') return { kind: 'ambiguous', reason: 'no answer from the provider' };
  if (status !== 429 && status !== 408 && status < 500)
    return { kind: 'refused', reason: `provider refused (${status})` };
  const retryAfterMs = Number(response?.headers?.['retry-after']) * 1_000;
  return {
    kind: 'unavailable',
    reason: `provider unavailable (${status})`,
    ...(retryAfterMs > 0 ? { retryAfterMs: Math.min(retryAfterMs, longestRetryAfterMs) } : {}),
  };
}
