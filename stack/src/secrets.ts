import { generateKeyPairSync, randomBytes } from 'node:crypto';
import { existsSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { calculateJwkThumbprint, type JWK } from 'jose';
import { type ServiceName, serviceNames } from './repository.ts';
import { StackError } from './stack-error.ts';

/** The secrets that services are given by name, each 32 random bytes in base64url. */
export const sharedSecretNames = [
  'IMAGE_URL_SECRET',
  'CODE_HMAC_KEY',
  'NUMBER_HMAC_KEY',
  'MESSAGE_SEAL_KEY',
  'IDEMPOTENCY_HMAC_KEY',
] as const;

/** The name of one such secret. */
export type SharedSecretName = (typeof sharedSecretNames)[number];

/** A private Ed25519 key with its `kid`: `<service>:<first 16 characters of the RFC 7638 thumbprint>`. */
export type SigningKey = JWK & { kty: 'OKP'; crv: 'Ed25519'; x: string; d: string; kid: string; alg: 'EdDSA' };

/** What a stack on one machine keeps secret; random, made at the first start, kept in the data folder with mode 0600. */
export type Secrets = {
  postgresPassword: string;
  databasePasswords: Record<ServiceName, string>;
  signingKeys: Record<ServiceName, SigningKey>;
  shared: Record<SharedSecretName, string>;
  /** The development API key and the gateway database it was made in. */
  apiKey?: { key: string; database: string };
};

/** Reads the data folder's secrets, making those that are missing. */
export async function loadSecrets(dataDir: string): Promise<Secrets> {
  const found = read(dataDir);
  const secrets: Secrets = {
    postgresPassword: found.postgresPassword ?? random(),
    databasePasswords: byName(serviceNames, (name) => found.databasePasswords?.[name] ?? random()),
    signingKeys: { ...(await newSigningKeys()), ...found.signingKeys },
    shared: byName(sharedSecretNames, (name) => found.shared?.[name] ?? random()),
    ...(found.apiKey && { apiKey: found.apiKey }),
  };
  if (JSON.stringify(secrets) !== JSON.stringify(found)) saveSecrets(dataDir, secrets);
  return secrets;
}

/** Replaces the data folder's secrets as a whole. */
export function saveSecrets(dataDir: string, secrets: Secrets): void {
  writePrivate(secretsFile(dataDir), secrets);
}

/** Writes a JSON file that only its owner may read, whole or not at all. */
export function writePrivate(file: string, value: unknown): void {
  const draft = `${file}.${process.pid}.new`;
  writeFileSync(draft, `${JSON.stringify(value, null, 2)}\n`, { mode: 0o600 });
  renameSync(draft, file);
}

/** The public half of a signing key, for those who check its signatures. */
export function publicKeyOf({ kty, crv, x, kid, alg }: SigningKey): JWK {
  return { kty, crv, x, kid, alg, use: 'sig' };
}

const secretsFile = (dataDir: string): string => join(dataDir, 'secrets.json');

const random = (): string => randomBytes(32).toString('base64url');

function read(dataDir: string): Partial<Secrets> {
  const file = secretsFile(dataDir);
  if (!existsSync(file)) return {};
  try {
    return JSON.parse(readFileSync(file, 'utf8')) as Partial<Secrets>;
  } catch (error) {
    throw new StackError(`${file} cannot be read (${(error as Error).message}): restore it, or run npm run reset.`);
  }
}

/** A new key for each service. */
export async function newSigningKeys(): Promise<Record<ServiceName, SigningKey>> {
  const keys = await Promise.all(serviceNames.map(newSigningKey));
  return Object.fromEntries(serviceNames.map((name, i) => [name, keys[i]])) as Record<ServiceName, SigningKey>;
}

async function newSigningKey(service: ServiceName): Promise<SigningKey> {
  const jwk = generateKeyPairSync('ed25519').privateKey.export({ format: 'jwk' }) as SigningKey;
  const thumbprint = await calculateJwkThumbprint(jwk);
  return { ...jwk, kid: `${service}:${thumbprint.slice(0, 16)}`, alg: 'EdDSA' };
}

function byName<K extends string>(names: readonly K[], make: (name: K) => string): Record<K, string> {
  return Object.fromEntries(names.map((name) => [name, make(name)])) as Record<K, string>;
}
