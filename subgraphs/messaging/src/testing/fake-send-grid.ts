import type { IncomingHttpHeaders } from 'node:http';
import { answerAsTold, type FakeAnswer, startFakeHttpProvider } from './fake-http-provider.ts';

/** A request as SendGrid's Mail Send API got it. */
export interface SentMail {
  readonly path: string;
  readonly headers: IncomingHttpHeaders;
  // biome-ignore lint/suspicious/noExplicitAny: a test reads whatever part of SendGrid's body it is about.
  readonly body: any;
}

/** An HTTP server that speaks SendGrid's Mail Send API. */
export interface FakeSendGrid {
  readonly url: string;
  readonly mails: SentMail[];
  /** What the next requests are answered with; when used up, 202 with an x-message-id. */
  readonly answers: FakeAnswer[];
  close(): Promise<void>;
}

/** Starts the fake on a free port. */
export async function startFakeSendGrid(): Promise<FakeSendGrid> {
  const mails: SentMail[] = [];
  const answers: FakeAnswer[] = [];
  const server = await startFakeHttpProvider(async ({ url = '', headers }, text, response) => {
    const body = JSON.parse(text);
    mails.push({ path: url, headers, body });
    const told = answers.shift();
    const errors = [{ message: 'secret asha@example.com', field: null }];
    if (told && told.status !== 202) return void (await answerAsTold({ body: { errors }, ...told }, response));
    if (told?.hang || told?.cut) return void (await answerAsTold(told, response));
    await told?.until;
    // In sandbox mode it judges, answers 200, and makes no id.
    const sandbox = body.mail_settings?.sandbox_mode?.enable === true;
    response.writeHead(sandbox ? 200 : 202, sandbox ? {} : { 'x-message-id': `sg-${mails.length}` }).end();
  });
  return { ...server, mails, answers };
}
