import sharedClient from '@sendgrid/client';
import sharedMail from '@sendgrid/mail';
import type { MessageProvider, SendOutcome } from '../domain/ports.ts';
import { outcomeOfFailure, outcomeOfStatus } from './http-outcome.ts';

// The typings show the packages' shared instances only; each provider has its own, with its own settings.
const Client = sharedClient.constructor as new () => typeof sharedClient;
const MailService = sharedMail.constructor as new () => typeof sharedMail;

/** How SendGrid is reached. */
export interface SendGridOptions {
  readonly apiKey: string;
  readonly baseUrl: string;
  readonly from: { email: string; name: string };
  readonly timeoutMs: number;
  /** Messages are judged and not sent: https://www.twilio.com/docs/sendgrid/for-developers/sending-email/sandbox-mode. */
  readonly sandbox: boolean;
}

const noRedirects = { maxRedirects: 0 };

/**
 * E-mail by SendGrid's v3 Mail Send API, which answers 202 with x-message-id. It has no idempotency key: what
 * became of a message whose answer was lost is told by its webhooks, which name it by our id in custom_args.
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
          ...(options.sandbox ? { mailSettings: { sandboxMode: { enable: true } } } : {}),
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

/** The library tells a status as the code of its error, or leaves it in the response of a redirect. */
function toOutcome(error: unknown): SendOutcome {
  const { code, response } = error as {
    code?: unknown;
    response?: { status?: unknown; headers?: Record<string, unknown> };
  };
  const status = typeof code === 'number' ? code : response?.status;
  if (typeof status !== 'number') return outcomeOfFailure(code);
  return outcomeOfStatus(status, response?.headers?.['retry-after']);
}
