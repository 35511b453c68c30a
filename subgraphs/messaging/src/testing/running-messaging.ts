import { randomBytes } from 'node:crypto';
import { createTokenIssuer, type PrivateJwk, type TokenIssuer } from '@atrium/service-kit';
import { exportJWK, generateKeyPair } from 'jose';
import { readConfig } from '../config.ts';
import type { InboxMessage } from '../domain/developer-inbox.ts';
import { type Messaging, startMessaging } from '../start.ts';
import { startTestDatabase, type TestDatabase } from './database.ts';
import { type FakeProfile, startFakeProfile } from './fake-profile.ts';
import { waitFor } from './wait-for.ts';

/** The tests of all else make many codes, for few numbers that are much alike. */
export const roomyBudgets = Object.fromEntries(
  ['NUMBER', 'PREFIX', 'COUNTRY', 'CALLER', 'ADDRESS'].flatMap((of) => [
    [`SEND_BUDGET_${of}_HOUR`, '1000000'],
    [`SEND_BUDGET_${of}_DAY`, '1000000'],
  ]),
);

/** An answer of /graphql. */
export interface Answer {
  status: number;
  // biome-ignore lint/suspicious/noExplicitAny: a test reads whatever its query asked for.
  data: any;
  errors: { message: string; path?: string[]; extensions: { code: string } }[];
}

/** A Messaging that runs in the test's process, over a real PostgreSQL and behind real HTTP. */
export interface RunningMessaging {
  readonly database: TestDatabase;
  readonly profile: FakeProfile;
  readonly environment: Record<string, string>;
  readonly issuers: Record<'gateway' | 'profile', TokenIssuer>;
  /** Of each instance in turn. */
  url(): string;
  /** Asks as a client with these scopes. */
  ask(
    query: string,
    variables?: object,
    options?: { scopes?: string[]; clientId?: string; clientAddress?: string },
  ): Promise<Answer>;
  /** Asks as the sister service Profile. */
  askAsService(query: string, variables?: object): Promise<Answer>;
  get(path: string, options?: { as?: 'gateway' | 'profile' }): Promise<Response>;
  tell(events: object[], options?: { as?: 'gateway' | 'profile' }): Promise<Response>;
  /** What arrived for a recipient, newest first. */
  inbox(to: string): Promise<InboxMessage[]>;
  /** Waits until something has arrived for a recipient. */
  arrival(to: string, count?: number): Promise<InboxMessage>;
  /** Lets the cool-downs of all recipients be over. */
  endCoolDowns(): Promise<void>;
  restart(settings?: Record<string, string>): Promise<void>;
  stopService(): Promise<void>;
  close(): Promise<void>;
}

const allScopes = ['messaging:read', 'messaging:send'];

/** Starts it; `overrides` are environment variables, and `instances` processes' worth of it share the database. */
export async function startRunningMessaging(
  overrides: Record<string, string> = {},
  making: Promise<TestDatabase> = startTestDatabase(),
  instances = 1,
): Promise<RunningMessaging> {
  const [database, profile] = await Promise.all([making, startFakeProfile()]);
  const keys = {
    gateway: await makeKey('gateway'),
    profile: await makeKey('profile'),
    messaging: await makeKey('messaging'),
  };
  const issuers = { gateway: createTokenIssuer(keys.gateway), profile: createTokenIssuer(keys.profile) };
  const environment = {
    ATRIUM_MODE: 'development',
    PORT: '0',
    LOG_LEVEL: 'silent',
    DATABASE_URL: database.url,
    SIGNING_KEY: JSON.stringify(keys.messaging),
    TRUSTED_KEYS: JSON.stringify({ keys: Object.values(keys).map(({ d: _, ...publicKey }) => publicKey) }),
    PROFILE_URL: profile.url,
    CODE_HMAC_KEY: randomKey(),
    NUMBER_HMAC_KEY: randomKey(),
    MESSAGE_SEAL_KEY: randomKey(),
    IDEMPOTENCY_HMAC_KEY: randomKey(),
    RESCUE_INTERVAL_MS: '100',
    ...roomyBudgets,
    // Tests run at any hour.
    QUIET_HOURS: 'none',
    ...overrides,
  };
  let services: Messaging[] = [];
  let asked = 0;
  const url = (): string => services[asked++ % services.length]?.url ?? '';

  async function graphql(token: string, query: string, variables: object, clientAddress?: string): Promise<Answer> {
    const response = await fetch(`${url()}/graphql`, {
      method: 'POST',
      headers: {
        'content-type': 'application/json',
        authorization: `Bearer ${token}`,
        ...(clientAddress && { 'x-atrium-client-address': clientAddress }),
      },
      body: JSON.stringify({ query, variables }),
    });
    const { data, errors = [] } = (await response.json()) as Answer;
    return { status: response.status, data, errors };
  }

  async function stopService(): Promise<void> {
    await Promise.all(services.map((service) => service.close()));
    services = [];
  }

  async function startService(settings = {}): Promise<void> {
    const config = readConfig({ ...environment, ...settings });
    // One after the other: the first brings the queue's own tables up to date.
    while (services.length < instances) services.push(await startMessaging(config));
  }

  const running: RunningMessaging = {
    database,
    profile,
    environment,
    issuers,
    url,
    stopService,
    async ask(query, variables = {}, { scopes = allScopes, clientId = 'test-client', clientAddress } = {}) {
      const token = await issuers.gateway.clientToken({ clientId, scopes }, 'messaging');
      return graphql(token, query, variables, clientAddress);
    },
    async askAsService(query, variables = {}) {
      return graphql(await issuers.profile.serviceToken('messaging'), query, variables);
    },
    async get(path, { as = 'gateway' } = {}) {
      return fetch(url() + path, {
        headers: { authorization: `Bearer ${await issuers[as].serviceToken('messaging')}` },
      });
    },
    async tell(events, { as = 'profile' } = {}) {
      return fetch(`${url()}/events`, {
        method: 'POST',
        headers: {
          'content-type': 'application/cloudevents-batch+json',
          authorization: `Bearer ${await issuers[as].serviceToken('messaging')}`,
        },
        body: JSON.stringify(events),
      });
    },
    async inbox(to) {
      const response = await running.get(`/inbox/messages?to=${encodeURIComponent(to)}`);
      return ((await response.json()) as { messages: InboxMessage[] }).messages;
    },
    arrival: (to, count = 1) =>
      waitFor(`message ${count} to ${to}`, async () => {
        const arrived = await running.inbox(to);
        return arrived.length >= count && arrived[0];
      }),
    async endCoolDowns() {
      await database.query("UPDATE recipient_limits SET code_sent_at = code_sent_at - interval '1 day'");
    },
    async restart(settings = {}) {
      await stopService();
      await startService(settings);
    },
    async close() {
      await stopService();
      await profile.close();
      await database.stop();
    },
  };
  await startService();
  return running;
}

async function makeKey(service: string): Promise<PrivateJwk> {
  const { privateKey } = await generateKeyPair('EdDSA', { crv: 'Ed25519', extractable: true });
  return { ...(await exportJWK(privateKey)), kid: `${service}:test` } as PrivateJwk;
}

/** A key as settings name it. */
export function randomKey(): string {
  return randomBytes(32).toString('base64url');
}
