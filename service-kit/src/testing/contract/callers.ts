import { generateKeyPairSync } from 'node:crypto';
import { importJWK, SignJWT } from 'jose';
import type { PrivateJwk } from '../../settings.ts';
import { createTokenIssuer } from '../../tokens.ts';
import type { RunningProvider } from './provider.ts';

/** An answer of /graphql. */
export interface Answer {
  readonly status: number;
  readonly text: string;
  readonly data: Record<string, unknown> | null;
  readonly errors: readonly { message: string; extensions: { code: string; requestId: string } }[];
}

/** Headers of a request. */
export type Headers = Record<string, string>;

const json: Headers = { 'content-type': 'application/json' };

/** POSTs a body, which is JSON unless the headers say otherwise. */
export async function post(url: string, headers: Headers, body: string): Promise<Answer> {
  const response = await fetch(url, { method: 'POST', headers: { ...json, ...headers }, body });
  return readAnswer(response);
}

/** Reads what the service answers; what is no JSON has neither data nor errors. */
export async function readAnswer(response: Response): Promise<Answer> {
  const text = await response.text();
  let parsed: Partial<Answer> = {};
  try {
    parsed = JSON.parse(text) as Partial<Answer>;
  } catch {}
  return { status: response.status, text, data: parsed.data ?? null, errors: parsed.errors ?? [] };
}

/** The authorization of a client with these scopes, as the gateway passes it on. */
export async function asClient(gateway: PrivateJwk, audience: string, scopes: readonly string[]): Promise<Headers> {
  const token = await createTokenIssuer(gateway).clientToken({ clientId: 'contract-tests', scopes }, audience);
  return { authorization: `Bearer ${token}` };
}

/** The authorization of a service that speaks for itself. */
export async function asService(service: PrivateJwk, audience: string): Promise<Headers> {
  return { authorization: `Bearer ${await createTokenIssuer(service).serviceToken(audience)}` };
}

/** What a token says, and who signs it. */
export interface TokenClaims {
  readonly key: PrivateJwk;
  readonly type: 'atrium-client+jwt' | 'atrium-service+jwt';
  readonly subject: string;
  readonly audience: string;
  readonly scope?: string;
  /** The part of the key's id before the colon where left out. */
  readonly issuer?: string;
  /** How long ago it was signed. */
  readonly ageSeconds?: number;
}

/** A token in the form of those that services sign, which may say whatever a test wants it to. */
export async function forgeToken(claims: TokenClaims): Promise<string> {
  const { key, type, subject, audience, scope, ageSeconds = 0 } = claims;
  const issuedAt = Math.floor(Date.now() / 1000) - ageSeconds;
  return new SignJWT(scope === undefined ? {} : { scope })
    .setProtectedHeader({ alg: 'EdDSA', kid: key.kid, typ: type })
    .setIssuer(claims.issuer ?? key.kid.split(':')[0] ?? '')
    .setSubject(subject)
    .setAudience(audience)
    .setIssuedAt(issuedAt)
    .setExpirationTime(issuedAt + 60)
    .sign(await importJWK(key, 'EdDSA'));
}

/** A key that nobody trusts, under the name of one that everybody does. */
export function strangersKey(kid: string): PrivateJwk {
  return { ...generateKeyPairSync('ed25519').privateKey.export({ format: 'jwk' }), kid } as PrivateJwk;
}

/** Asks as a client with these scopes for what a test needs; fails where the answer holds an error. */
export async function askFor<Data>(
  { url, keys }: Pick<RunningProvider, 'url' | 'keys'>,
  audience: string,
  scopes: readonly string[],
  query: string,
  variables: object = {},
): Promise<Data> {
  const headers = await asClient(keys.gateway, audience, scopes);
  const { data, errors, text } = await post(`${url}/graphql`, headers, JSON.stringify({ query, variables }));
  if (!data || errors.length > 0) throw new Error(`${query}: ${text}`);
  return data as Data;
}
