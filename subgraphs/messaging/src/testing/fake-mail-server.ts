import PostalMime, { type Email } from 'postal-mime';
import { SMTPServer } from 'smtp-server';

/** A mail as an SMTP server got it. */
export interface TakenMail {
  readonly from: string;
  readonly recipients: string[];
  readonly raw: string;
  readonly email: Email;
  readonly user: string | undefined;
}

/** A real SMTP server. */
export interface FakeMailServer {
  readonly url: string;
  readonly mails: TakenMail[];
  /** What the next messages meet, before all goes well again. */
  readonly faults: MailFault[];
  /** Connections that were opened. */
  readonly connections: () => number;
  close(): Promise<void>;
}

/** Replies with a code to RCPT TO or to the text; or takes the text, and then cuts the connection or never answers. */
export type MailFault =
  | { at: 'recipient' | 'text'; code: number }
  | { at: 'text'; ends: 'cut' | 'silence' }
  | { at: 'recipient'; ends: 'cut' };

/** Starts the server on a free port, without TLS; `user` may log in with the password `secret`. */
export async function startFakeMailServer(): Promise<FakeMailServer> {
  const mails: TakenMail[] = [];
  const faults: MailFault[] = [];
  const sockets = new Set<{ destroy(): void }>();
  let connections = 0;
  const cut = (): void => {
    for (const socket of sockets) socket.destroy();
  };
  const take = (at: MailFault['at']): MailFault | undefined => (faults[0]?.at === at ? faults.shift() : undefined);
  const server = new SMTPServer({
    disabledCommands: ['STARTTLS'],
    authOptional: true,
    allowInsecureAuth: true,
    disableReverseLookup: true,
    onAuth: ({ username, password }, _session, done) =>
      password === 'secret'
        ? done(null, { user: username })
        : done(Object.assign(new Error('no'), { responseCode: 535 })),
    onConnect(_session, done) {
      connections += 1;
      done();
    },
    onRcptTo(_address, _session, done) {
      const fault = take('recipient');
      if (fault && 'ends' in fault) return cut();
      return fault ? done(Object.assign(new Error('no'), { responseCode: fault.code })) : done();
    },
    async onData(stream, session, done) {
      const chunks: Buffer[] = [];
      for await (const chunk of stream) chunks.push(chunk as Buffer);
      const raw = Buffer.concat(chunks).toString('utf8');
      const fault = take('text');
      if (fault && 'code' in fault) return done(Object.assign(new Error('no'), { responseCode: fault.code }));
      const { mailFrom, rcptTo } = session.envelope;
      mails.push({
        from: mailFrom ? mailFrom.address : '',
        recipients: rcptTo.map(({ address }) => address),
        raw,
        email: await PostalMime.parse(raw),
        user: session.user,
      });
      if (fault && 'ends' in fault) return fault.ends === 'cut' ? cut() : undefined;
      return done();
    },
  });
  server.server.on('connection', (socket) => {
    sockets.add(socket);
    socket.once('close', () => sockets.delete(socket));
  });
  server.on('error', () => undefined);
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', () => resolve()));
  const { port } = server.server.address() as { port: number };
  return {
    url: `smtp://127.0.0.1:${port}`,
    mails,
    faults,
    connections: () => connections,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        cut();
      }),
  };
}
