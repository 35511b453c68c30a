import { createTransport, type NodemailerError } from 'nodemailer';
import type { MessageProvider, SendOutcome } from '../domain/ports.ts';

/** How a mail server is reached. */
export interface SmtpOptions {
  /** `smtps://user:password@host:465`, or `smtp://…:587`, which turns to TLS by STARTTLS. */
  readonly url: string;
  /** Whether a server that offers no TLS is used all the same. */
  readonly plaintextAllowed: boolean;
  readonly from: { email: string; name: string };
  readonly timeoutMs: number;
  /** Connections kept. */
  readonly connections: number;
}

/**
 * One address and nothing else. nodemailer reads lists, groups and display names even out of an envelope, and would take
 * the rest of what stands here for further recipients.
 */
const oneAddress = /^[^\s\p{Cc}<>()[\],;:@"\\]{1,64}@[^\s\p{Cc}<>()[\],;:@"\\]{1,255}$/u;

/** The longest word that a header's line can hold with its name (RFC 5322, 2.1.1: 998 characters a line). */
const longestWord = /(\S{900})(?=\S)/g;

/** As much as can be read of a message that is under way. */
interface UnderWay {
  readonly message: { createReadStream(): NodeJS.ReadableStream & { readableEnded: boolean } };
  readonly data: { onStream?: (stream: { readableEnded: boolean }) => void };
}

/**
 * E-mail by SMTP. SMTP has no idempotency key; our id makes the Message-ID, by which many receivers drop a second copy.
 * A server that breaks off after the text was written may have taken it.
 */
export function createSmtpProvider(options: SmtpOptions): MessageProvider {
  const { from, timeoutMs } = options;
  const url = new URL(options.url);
  const secure = url.protocol === 'smtps:';
  const transport = createTransport({
    pool: true,
    host: url.hostname.replace(/^\[|\]$/g, ''),
    port: Number(url.port) || (secure ? 465 : 587),
    secure,
    requireTLS: !secure && !options.plaintextAllowed,
    ...(url.username
      ? { auth: { user: decodeURIComponent(url.username), pass: decodeURIComponent(url.password) } }
      : {}),
    maxConnections: options.connections,
    // Texts hold no paths and addresses that are to be read.
    disableFileAccess: true,
    disableUrlAccess: true,
    dnsTimeout: timeoutMs,
    connectionTimeout: timeoutMs,
    greetingTimeout: timeoutMs,
    socketTimeout: timeoutMs,
    // Trying again is the queue's.
    maxRequeues: 0,
  });
  // A message's stream that was read to its end has left with the dot behind it, which is what a server accepts by.
  transport.use('stream', (mail, done) => {
    const { message, data } = mail as unknown as UnderWay;
    const create = message.createReadStream.bind(message);
    message.createReadStream = () => {
      const stream = create();
      data.onStream?.(stream);
      return stream;
    };
    done();
  });
  const domain = from.email.slice(from.email.lastIndexOf('@') + 1);

  return {
    name: 'smtp',
    async send({ id, to, subject, body, html }): Promise<SendOutcome> {
      if (!oneAddress.test(to)) return { kind: 'refused', reason: 'provider cannot carry the address' };
      let text: { readableEnded: boolean } | undefined;
      const watched: { onStream: UnderWay['data']['onStream'] } = {
        onStream: (stream) => {
          text = stream;
        },
      };
      try {
        await transport.sendMail({
          ...watched,
          envelope: { from: from.email, to: [to] },
          from: { address: from.email, name: from.name },
          to,
          messageId: `<${id}@${domain}>`,
          // Nobody's holiday note is wanted in answer (RFC 3834).
          headers: { 'Auto-Submitted': 'auto-generated' },
          subject: (subject ?? '').replaceAll(longestWord, '$1 '),
          text: body,
          ...(html === null ? {} : { html }),
        });
        return { kind: 'accepted', providerMessageId: null };
      } catch (error) {
        return toOutcome(error as NodemailerError, text?.readableEnded === true);
      }
    },
    async close() {
      transport.close();
    },
  };
}

/** RFC 5321, 4.2.1: 5yz is for good and 4yz for now; without a reply it matters whether the text was out. */
function toOutcome({ code, responseCode }: NodemailerError, textWritten: boolean): SendOutcome {
  if (responseCode === undefined) {
    if (textWritten) return { kind: 'ambiguous', reason: 'provider did not answer' };
    return { kind: 'unavailable', reason: 'provider out of reach' };
  }
  // What is said about our log-in, or about a command out of turn, is not about the message.
  const permanent = responseCode >= 500 && responseCode !== 503 && (code === 'EENVELOPE' || code === 'EMESSAGE');
  return permanent
    ? { kind: 'refused', reason: `provider refused (${responseCode})` }
    : { kind: 'unavailable', reason: `provider unavailable (${responseCode})` };
}
