import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { newId } from '@atrium/service-kit';
import type { Contact } from '../domain/user.ts';

/** An HTTP server that answers `contacts` as Profile does. */
export interface FakeProfile {
  readonly url: string;
  /** Makes a user whom Profile knows. */
  addUser(contact?: Partial<Contact>): Contact;
  /** Whether it answers at all. */
  away: boolean;
  close(): Promise<void>;
}

/** Starts the fake on a free port. */
export async function startFakeProfile(): Promise<FakeProfile> {
  const users = new Map<string, Contact>();
  const server = createServer(async (request, response) => {
    const chunks: Buffer[] = [];
    for await (const chunk of request) chunks.push(chunk as Buffer);
    if (fake.away) return response.writeHead(503).end();
    const { variables } = JSON.parse(Buffer.concat(chunks).toString()) as { variables: { userIds: string[] } };
    const contacts = variables.userIds.map((userId) => users.get(userId) ?? null);
    return response.setHeader('content-type', 'application/json').end(JSON.stringify({ data: { contacts } }));
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const fake: FakeProfile = {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    away: false,
    addUser(contact = {}) {
      const own = `+9198${String(users.size).padStart(8, '0')}`;
      const user = { userId: newId(), name: 'Asha Rao', phoneNumber: own, email: null, country: 'IN', locale: null };
      users.set(contact.userId ?? user.userId, { ...user, ...contact });
      return { ...user, ...contact };
    },
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
  return fake;
}
