import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import {
  createLogger,
  createTokenIssuer,
  newId,
  type PrivateJwk,
  readSettings,
  type TokenIssuer,
} from '@atrium/service-kit';
import { createTestDatabase } from '@atrium/stack';
import { exportJWK, generateKeyPair } from 'jose';
import { withClient } from '../../../../stack/src/postgres/provision.ts';
import { settings as definition } from '../config.ts';
import { startImageService } from '../service.ts';
import { type FakeProfile, startFakeProfile } from './fake-profile.ts';

/** An answer of /graphql. */
export interface Answer {
  status: number;
  // biome-ignore lint/suspicious/noExplicitAny: a test reads whatever its query asked for.
  data: any;
  errors: { message: string; path?: string[]; extensions: { code: string } }[];
}

/** The service as its callers meet it: over HTTP, on a real database, with a Profile that the test commands. */
export interface RunningImage {
  readonly url: string;
  readonly folder: string;
  readonly databaseUrl: string;
  readonly profile: FakeProfile;
  /** A user whom Profile knows. */
  newUser(): string;
  /** How many rows a table has. */
  count(
    table: 'images' | 'pictures' | 'avatars' | 'idempotency_keys' | 'reservations' | 'image_uploads' | 'outbox_events',
  ): Promise<number>;
  /** Where the service itself serves what a public address names. */
  local(url: string): string;
  query(query: string, variables?: object, scopes?: string[]): Promise<Answer>;
  /** A multipart request with one file, as the gateway sends it on. */
  upload(file: Blob, input: object, fileName?: string): Promise<Answer>;
  tell(events: object[], issuer?: 'profile' | 'messaging'): Promise<number>;
  token(service: 'gateway' | 'profile' | 'messaging', scopes?: string[]): Promise<string>;
  stop(): Promise<void>;
}

const allScopes = ['image:read', 'image:write'];

/** Starts the service with settings of the test's own over those that every test needs. */
export async function startImage(env: Record<string, string> = {}): Promise<RunningImage> {
  const folder = mkdtempSync(join(tmpdir(), 'atrium-image-'));
  const [database, profile, keys] = await Promise.all([createTestDatabase('image'), startFakeProfile(), makeKeys()]);
  const settings = readSettings(definition, {
    ATRIUM_MODE: 'development',
    PORT: '0',
    LOG_LEVEL: 'silent',
    DATABASE_URL: database.url,
    PROFILE_URL: profile.url,
    IMAGE_DIR: folder,
    IMAGE_PUBLIC_URL: 'http://images.test/images',
    IMAGE_URL_SECRET: Buffer.alloc(32, 1).toString('base64url'),
    IDEMPOTENCY_HMAC_KEY: Buffer.alloc(32, 2).toString('base64url'),
    SIGNING_KEY: JSON.stringify(keys.image),
    TRUSTED_KEYS: JSON.stringify({ keys: Object.values(keys).map(({ d: _, ...key }) => key) }),
    ...env,
  });
  const service = await startImageService(settings, createLogger('image', 'silent'));
  const issuers: Record<string, TokenIssuer> = {
    gateway: createTokenIssuer(keys.gateway),
    profile: createTokenIssuer(keys.profile),
    messaging: createTokenIssuer(keys.messaging),
  };

  async function token(name: string, scopes = allScopes): Promise<string> {
    const issuer = issuers[name] as TokenIssuer;
    return name === 'gateway'
      ? issuer.clientToken({ clientId: 'client', scopes }, 'image')
      : issuer.serviceToken('image');
  }

  async function send(body: string | FormData, scopes?: string[]): Promise<Answer> {
    const response = await fetch(`${service.url}/graphql`, {
      method: 'POST',
      headers: {
        authorization: `Bearer ${await token('gateway', scopes)}`,
        ...(typeof body === 'string' ? { 'content-type': 'application/json' } : {}),
      },
      body,
    });
    const { data, errors = [] } = (await response.json()) as Answer;
    return { status: response.status, data, errors };
  }

  return {
    url: service.url,
    folder,
    databaseUrl: database.url,
    profile,
    token,
    newUser() {
      const id = newId();
      profile.users.add(id);
      return id;
    },
    local: (url) => url.replace('http://images.test', service.url),
    count: (table) =>
      withClient(database.url, async (client) => {
        const { rows } = await client.query<{ count: number }>(`SELECT count(*)::int AS count FROM ${table}`);
        return rows[0]?.count ?? 0;
      }),
    query: (query, variables = {}, scopes) => send(JSON.stringify({ query, variables }), scopes),
    upload(file, input, fileName = 'picture.jpg') {
      const form = new FormData();
      form.append('operations', JSON.stringify({ query: uploadImage, variables: { input: { ...input, file: null } } }));
      form.append('map', JSON.stringify({ 0: ['variables.input.file'] }));
      form.append('0', file, fileName);
      return send(form);
    },
    async tell(events, issuer = 'profile') {
      const response = await fetch(`${service.url}/events`, {
        method: 'POST',
        headers: {
          authorization: `Bearer ${await token(issuer)}`,
          'content-type': 'application/cloudevents-batch+json',
        },
        body: JSON.stringify(events),
      });
      return response.status;
    },
    async stop() {
      await service.close();
      await profile.close();
      await database.stop();
      rmSync(folder, { recursive: true });
    },
  };
}

/** The mutation under test. */
export const uploadImage = `mutation ($input: UploadImageInput!) {
  uploadImage(input: $input) {
    image { id sha256 width height contentType sizeBytes thumbhash alt createdAt url owner { id } }
    userErrors { code field message }
  }
}`;

type Keys = Record<'gateway' | 'profile' | 'messaging' | 'image', PrivateJwk>;

async function makeKeys(): Promise<Keys> {
  const make = async (name: string): Promise<PrivateJwk> => {
    const { privateKey } = await generateKeyPair('EdDSA', { extractable: true });
    return { ...(await exportJWK(privateKey)), kid: `${name}:test` } as PrivateJwk;
  };
  const [gateway, profile, messaging, image] = await Promise.all(
    ['gateway', 'profile', 'messaging', 'image'].map(make),
  );
  return { gateway, profile, messaging, image } as Keys;
}
