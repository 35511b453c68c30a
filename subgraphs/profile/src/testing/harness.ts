import { spawn } from 'node:child_process';
import { generateKeyPairSync } from 'node:crypto';
import { join } from 'node:path';
import { createTokenIssuer, type PrivateJwk, type PublicJwks, readSettings } from '@atrium/service-kit';
import { waitUntil } from '@atrium/service-kit/testing/wait-until';
import { createTestDatabase, freePort, startArguments } from '@atrium/stack';
import pg from 'pg';
import { settings } from '../config.ts';
import { type Profile, startProfile } from '../service.ts';
import { type FakeMessaging, type FakeSister, startFakeImage, startFakeMessaging } from './fake-sister.ts';

/** All scopes of Profile. */
export const allScopes = ['profile:read', 'profile:write', 'profile:phone'];

/** An answer of /graphql. */
export interface Answer<Data> {
  data: Data | null;
  errors?: { message: string; path?: (string | number)[]; extensions: { code: string } }[];
}

/** Which client asks, by which of the Profiles: the first, unless told otherwise. */
export interface ClientOptions {
  readonly scopes?: string[];
  readonly clientId?: string;
  readonly profile?: { readonly url: string };
  /** The address that the gateway says the client has. */
  readonly clientAddress?: string;
}

/** A Profile that runs as a process. */
export interface ProfileProcess {
  readonly url: string;
  /** Ends it with SIGKILL. */
  kill(): Promise<void>;
}

/** Profile on a real PostgreSQL, with its sisters at the wire. */
export interface Harness {
  readonly messaging: FakeMessaging;
  readonly image: FakeSister;
  readonly profile: Profile;
  readonly databaseUrl: string;
  /** Sends a document in a client's name. */
  ask<Data>(query: string, variables?: object, options?: ClientOptions): Promise<Answer<Data>>;
  /** Sends a document in the name of a sister service. */
  askAs<Data>(service: 'image' | 'messaging', query: string, variables?: object): Promise<Answer<Data>>;
  sql<Row extends pg.QueryResultRow>(text: string, values?: unknown[]): Promise<Row[]>;
  /** Starts a further Profile on the same database, with other settings. */
  startAnother(env?: Record<string, string>): Promise<Profile>;
  /** Starts a further Profile as a process of its own, which can be killed. */
  startProcess(env?: Record<string, string>): Promise<ProfileProcess>;
  /** Stops one Profile as SIGTERM would. */
  stop(profile: Profile): Promise<void>;
  close(): Promise<void>;
}

/** Settings that let tests wait for milliseconds where production waits for seconds. */
const testEnv = {
  ATRIUM_MODE: 'development',
  PORT: '0',
  LOG_LEVEL: 'silent',
  STEP_TIMEOUT_MS: '400',
  CREATE_TIMEOUT_MS: '1000',
  OUTBOX_POLL_MS: '50',
  OUTBOX_MAX_BACKOFF_MS: '100',
  OUTBOX_TIMEOUT_MS: '400',
  DRAIN_TIMEOUT_MS: '2000',
  FORGET_WORDS_EVERY_MS: '20',
  // Races for one number are lost by dozens at once.
  TAKEN_BUDGET_NUMBER: '1000',
  IDEMPOTENCY_HMAC_KEY: Buffer.alloc(32, 7).toString('base64url'),
};

/** Starts everything that a test of Profile needs. */
export async function startHarness(env: Record<string, string> = {}): Promise<Harness> {
  const keys = Object.fromEntries(['gateway', 'profile', 'image', 'messaging'].map((name) => [name, makeKey(name)]));
  const trustedKeys: PublicJwks = { keys: Object.values(keys).map(({ d: _, ...publicKey }) => publicKey) };
  const postgres = await createTestDatabase('profile');
  const database = new pg.Pool({ connectionString: postgres.url, max: 2 });
  // PostgreSQL says goodbye to connections that are just being closed.
  database.on('error', () => {});
  const messaging = await startFakeMessaging(trustedKeys);
  const image = await startFakeImage(trustedKeys);
  const environment = {
    ...testEnv,
    DATABASE_URL: postgres.url,
    MESSAGING_URL: messaging.url,
    IMAGE_URL: image.url,
    SIGNING_KEY: JSON.stringify(keys.profile),
    TRUSTED_KEYS: JSON.stringify(trustedKeys),
    ...env,
  };
  const startOne = (more: Record<string, string>) => startProfile(readSettings(settings, { ...environment, ...more }));
  const processes = new Set<ProfileProcess>();
  const started: Profile[] = [];
  const startAnother = async (more: Record<string, string> = {}) => {
    const profile = await startOne(more);
    started.push(profile);
    return profile;
  };
  const profile = await startAnother();

  const issuers = Object.fromEntries(Object.entries(keys).map(([name, key]) => [name, createTokenIssuer(key)]));
  const client = async (scopes = allScopes, clientId = 'client-1') =>
    (await issuers.gateway?.clientToken({ clientId, scopes }, 'profile')) ?? '';
  return {
    messaging,
    image,
    profile,
    databaseUrl: postgres.url,
    startAnother,
    async startProcess(more = {}) {
      const started = await startProfileProcess({ ...environment, ...more });
      processes.add(started);
      return started;
    },
    async stop(one) {
      started.splice(started.indexOf(one), 1);
      await one.close();
    },
    ask: async (query, variables, { scopes, clientId, profile: asked = profile, clientAddress } = {}) =>
      post(asked, await client(scopes, clientId), { query, variables }, clientAddress),
    askAs: async (service, query, variables) =>
      post(profile, (await issuers[service]?.serviceToken('profile')) ?? '', { query, variables }),
    sql: async <Row extends pg.QueryResultRow>(text: string, values?: unknown[]) =>
      (await database.query<Row>(text, values)).rows,
    async close() {
      await Promise.all([...started.map((one) => one.close()), ...[...processes].map((one) => one.kill())]);
      await Promise.all([messaging.close(), image.close(), database.end()]);
      await postgres.stop();
    },
  };
}

async function startProfileProcess(env: Record<string, string>): Promise<ProfileProcess> {
  const port = await freePort();
  const child = spawn(process.execPath, startArguments, {
    cwd: join(import.meta.dirname, '..', '..'),
    env: { ...env, PORT: String(port) },
    // The channel ends with this process, and the Profile with it.
    stdio: ['ignore', 'ignore', 'inherit', 'ipc'],
  });
  const ended = new Promise<void>((resolve) => child.once('exit', () => resolve()));
  const url = `http://127.0.0.1:${port}`;
  await waitUntil(async () => {
    if (child.exitCode !== null) throw new Error('The Profile process ended');
    return (await fetch(`${url}/readyz`).catch(() => undefined))?.ok === true;
  }, 30_000);
  return {
    url,
    async kill() {
      child.kill('SIGKILL');
      await ended;
    },
  };
}

async function post<Data>(
  profile: { readonly url: string },
  token: string,
  body: object,
  clientAddress?: string,
): Promise<Answer<Data>> {
  const response = await fetch(`${profile.url}/graphql`, {
    method: 'POST',
    headers: {
      'content-type': 'application/json',
      authorization: `Bearer ${token}`,
      ...(clientAddress && { 'x-atrium-client-address': clientAddress }),
    },
    body: JSON.stringify(body),
  });
  return (await response.json()) as Answer<Data>;
}

function makeKey(service: string): PrivateJwk {
  const { privateKey } = generateKeyPairSync('ed25519');
  return { ...privateKey.export({ format: 'jwk' }), kid: `${service}:test` } as PrivateJwk;
}
