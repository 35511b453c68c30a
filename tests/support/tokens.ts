import type { SigningKey } from '@atrium/stack';
import { importJWK, SignJWT } from 'jose';

/** What a token says, and who signs it. */
export interface TokenClaims {
  key: SigningKey;
  type: 'atrium-client+jwt' | 'atrium-service+jwt';
  subject: string;
  audience: string;
  scope?: string;
}

/** A token as the services sign them: 60 seconds, one audience. */
export async function signToken(claims: TokenClaims): Promise<string> {
  const { key, type, subject, audience, scope } = claims;
  const issuedAt = Math.floor(Date.now() / 1000);
  return new SignJWT(scope === undefined ? {} : { scope })
    .setProtectedHeader({ alg: 'EdDSA', kid: key.kid, typ: type })
    .setIssuer(key.kid.split(':')[0] ?? '')
    .setSubject(subject)
    .setAudience(audience)
    .setIssuedAt(issuedAt)
    .setExpirationTime(issuedAt + 60)
    .sign(await importJWK(key, 'EdDSA'));
}

/** The authorization of a client with these scopes, as the gateway passes it on. */
export async function clientAuthorization(key: SigningKey, audience: string, scopes: string[]) {
  const scope = scopes.join(' ');
  const token = await signToken({ key, type: 'atrium-client+jwt', subject: 'contract-tests', audience, scope });
  return { authorization: `Bearer ${token}` };
}

/** The authorization of a service that speaks for itself. */
export async function serviceAuthorization(key: SigningKey, audience: string) {
  const subject = key.kid.split(':')[0] ?? '';
  const token = await signToken({ key, type: 'atrium-service+jwt', subject, audience });
  return { authorization: `Bearer ${token}` };
}
