import { type Dispatcher, Pool } from 'undici';
import type { MessageProvider, SendOutcome } from '../domain/ports.ts';
import { outcomeOfFailure, outcomeOfStatus } from './http-outcome.ts';
import { unsubscribedCode } from './twilio-webhook.ts';

/** How Twilio is reached. */
export interface TwilioOptions {
  readonly accountSid: string;
  readonly authToken: string;
  /** A number of ours in E.164, a sender's name, or the id of a messaging service (MG…). */
  readonly from: string;
  readonly baseUrl: string;
  /** Where Twilio tells what became of a message, `?message=` and our id appended; undefined asks for no news. */
  readonly statusCallbackUrl: string | undefined;
  readonly timeoutMs: number;
  /** Connections kept. */
  readonly connections: number;
}

/** As much of an answer as is read; a message's own is about 1 KB. */
const maxAnswerBytes = 64 * 1_024;

/**
 * SMS by Twilio's REST API (https://www.twilio.com/docs/messaging/api/message-resource). Its Messages have no idempotency
 * key, nor can one be found by an id of ours: a message whose answer was lost is ambiguous until its status callback
 * comes, whose address holds our id.
 */
export function createTwilioProvider(options: TwilioOptions): MessageProvider {
  const { accountSid, authToken, from, timeoutMs, statusCallbackUrl } = options;
  const base = new URL(options.baseUrl);
  const path = `${base.pathname.replace(/\/$/, '')}/2010-04-01/Accounts/${encodeURIComponent(accountSid)}/Messages.json`;
  const authorization = `Basic ${Buffer.from(`${accountSid}:${authToken}`).toString('base64')}`;
  // A pool follows no redirects, which would carry the credentials to wherever an answer points.
  const pool = new Pool(base.origin, {
    connections: options.connections,
    connect: { timeout: timeoutMs },
    headersTimeout: timeoutMs,
    bodyTimeout: timeoutMs,
  });

  return {
    name: 'twilio',
    async send({ id, to, body }): Promise<SendOutcome> {
      const form = new URLSearchParams({
        To: to,
        [from.startsWith('MG') ? 'MessagingServiceSid' : 'From']: from,
        Body: body,
        ...(statusCallbackUrl === undefined ? {} : { StatusCallback: `${statusCallbackUrl}?message=${id}` }),
      });
      const headers = {
        authorization,
        'content-type': 'application/x-www-form-urlencoded',
        accept: 'application/json',
      };
      try {
        return await readAnswer(await pool.request({ method: 'POST', path, headers, body: form.toString() }));
      } catch (error) {
        return outcomeOfFailure((error as { code?: unknown }).code);
      }
    },
    close: () => pool.close(),
  };
}

async function readAnswer({ statusCode, headers, body }: Dispatcher.ResponseData): Promise<SendOutcome> {
  const answer = await readJson(body);
  // The status alone says that the message was taken; without its id no more than the look-up by it is lost.
  if (statusCode >= 200 && statusCode < 300) {
    return {
      kind: 'accepted',
      providerMessageId: /^[A-Z]{2}[0-9a-f]{32}$/.test(String(answer.sid)) ? String(answer.sid) : null,
    };
  }
  const outcome = outcomeOfStatus(statusCode, headers['retry-after']);
  if (outcome.kind !== 'refused' || !Number.isSafeInteger(answer.code)) return outcome;
  const reason = `provider refused (${answer.code})`;
  return answer.code === unsubscribedCode ? { kind: 'refused', reason, suppress: 'STOP' } : { ...outcome, reason };
}

/** What the body says, as far as it is JSON. */
async function readJson(body: AsyncIterable<Buffer>): Promise<Record<string, unknown>> {
  const chunks: Buffer[] = [];
  let sizeBytes = 0;
  try {
    for await (const chunk of body) {
      sizeBytes += chunk.length;
      if (sizeBytes > maxAnswerBytes) return {};
      chunks.push(chunk);
    }
    const parsed: unknown = JSON.parse(Buffer.concat(chunks).toString('utf8'));
    return typeof parsed === 'object' && parsed !== null ? (parsed as Record<string, unknown>) : {};
  } catch {
    return {};
  }
}
