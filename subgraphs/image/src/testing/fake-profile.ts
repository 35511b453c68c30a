import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';

/** An HTTP server that answers `contacts` as Profile does, for the users that a test says exist. */
export interface FakeProfile {
  readonly url: string;
  readonly users: Set<string>;
  /** Set where Profile hangs up on everybody. */
  away: boolean;
  /** Runs while Profile is asked, before it answers. */
  whileAsked: () => Promise<void>;
  close(): Promise<void>;
}

/** Starts the fake on a free port. */
export async function startFakeProfile(): Promise<FakeProfile> {
  const users = new Set<string>();
  const server = createServer(async (request, response) => {
    if (fake.away) {
      request.socket.destroy();
      return;
    }
    const chunks: Buffer[] = [];
    for await (const chunk of request) chunks.push(chunk as Buffer);
    const { variables } = JSON.parse(Buffer.concat(chunks).toString()) as { variables: { userIds: string[] } };
    await fake.whileAsked();
    const contacts = variables.userIds.map((userId) => (users.has(userId) ? { userId } : null));
    response.setHeader('content-type', 'application/json');
    response.end(JSON.stringify({ data: { contacts } }));
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const fake: FakeProfile = {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    users,
    away: false,
    whileAsked: async () => {},
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
  return fake;
}
