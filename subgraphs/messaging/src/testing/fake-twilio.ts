import { createHash } from 'node:crypto';
import { answerAsTold, type FakeAnswer, startFakeHttpProvider } from './fake-http-provider.ts';

/** An SMS as Twilio's Messages resource got it. */
export interface SentSms {
  readonly path: string;
  readonly user: string;
  readonly contentType: string | undefined;
  readonly form: Record<string, string>;
  readonly sid: string;
}

/** An HTTP server that speaks Twilio's REST API as far as it sends messages. */
export interface FakeTwilio {
  readonly url: string;
  readonly messages: SentSms[];
  /** What the next requests are answered with; when used up, 201 with a message. */
  readonly answers: FakeAnswer[];
  close(): Promise<void>;
}

/** Starts the fake on a free port. */
export async function startFakeTwilio(): Promise<FakeTwilio> {
  const messages: SentSms[] = [];
  const answers: FakeAnswer[] = [];
  const server = await startFakeHttpProvider(async ({ url = '', headers }, text, response) => {
    const sid = `SM${createHash('md5').update(`${messages.length}`).digest('hex')}`;
    const form = Object.fromEntries(new URLSearchParams(text));
    const user = Buffer.from(String(headers.authorization).replace(/^Basic /, ''), 'base64').toString();
    messages.push({ path: url, user, contentType: headers['content-type'], form, sid });
    if (await answerAsTold(answers.shift(), response)) return;
    response.writeHead(201, { 'content-type': 'application/json' });
    response.end(JSON.stringify({ sid, status: 'queued', to: form.To, body: form.Body, error_code: null }));
  });
  return { ...server, messages, answers };
}
