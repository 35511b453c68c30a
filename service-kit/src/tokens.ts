import { createLocalJWKSet, importJWK, type JSONWebKeySet, jwtVerify, SignJWT } from 'jose';
import type { Caller } from './caller.ts';
import { unauthenticated } from './errors.ts';
import type { PrivateJwk, PublicJwks } from './settings.ts';
import { type CachedToken, TokenCache } from './token-cache.ts';

const lifetimeSeconds = 60;
/** How many verified tokens a receiver remembers: as many as callers within a minute, a few MB at most. */
const maxRemembered = 10_000;
const clientTokenType = 'atrium-client+jwt';
const serviceTokenType = 'atrium-service+jwt';

/** Who a client token is made for. The object stands for the client: what it says must never change. */
export interface TokenSubject {
  readonly clientId: string;
  readonly scopes: Iterable<string>;
}

/** Makes the tokens that one service signs; each is reused while it is fresh, and then given at once. */
export interface TokenIssuer {
  /** A token that says which client a request is made for. Receivers accept it from the gateway only. */
  clientToken(client: TokenSubject, audience: string): string | Promise<string>;
  /** A token by which this service speaks for itself. */
  serviceToken(audience: string): string | Promise<string>;
}

/** The name of the service that a key belongs to: the part of its `kid` before the colon. */
export function issuerOf(kid: string): string {
  return kid.split(':', 1)[0] ?? '';
}

/** An issuer that signs with the service's own Ed25519 key. */
export function createTokenIssuer(signingKey: PrivateJwk): TokenIssuer {
  const issuer = issuerOf(signingKey.kid);
  const key = importJWK(signingKey, 'EdDSA');
  const tokens = new TokenCache(lifetimeSeconds * 1000);
  // What a client's scopes come to as text is found out once for a client; by its object a look-up is all there is.
  const ofClients = new WeakMap<TokenSubject, Map<string, CachedToken>>();

  async function sign(type: string, subject: string, audience: string, scope?: string): Promise<string> {
    return new SignJWT(scope === undefined ? {} : { scope })
      .setProtectedHeader({ alg: 'EdDSA', kid: signingKey.kid, typ: type })
      .setIssuer(issuer)
      .setSubject(subject)
      .setAudience(audience)
      .setIssuedAt()
      .setExpirationTime(`${lifetimeSeconds}s`)
      .sign(await key);
  }

  function ofClient(client: TokenSubject, audience: string): CachedToken {
    const scope = [...client.scopes].sort().join(' ');
    const name = `${clientTokenType} ${audience} ${client.clientId} ${scope}`;
    const token = tokens.get(name, () => sign(clientTokenType, client.clientId, audience, scope));
    const known = ofClients.get(client);
    if (known) known.set(audience, token);
    else ofClients.set(client, new Map([[audience, token]]));
    return token;
  }

  return {
    clientToken(client, audience) {
      const known = ofClients.get(client)?.get(audience);
      const token = known && Date.now() < known.renewAt ? known : ofClient(client, audience);
      return token.text ?? token.signed;
    },
    serviceToken(audience) {
      const token = tokens.get(`${serviceTokenType} ${audience}`, () => sign(serviceTokenType, issuer, audience));
      return token.text ?? token.signed;
    },
  };
}

/** Turns the Authorization header of a request to `audience` into its caller, or throws UNAUTHENTICATED. */
export type TokenVerifier = (authorization: string | undefined) => Promise<Caller>;

/** A verifier that holds the public keys of all services and accepts client tokens from the gateway only. */
export function createTokenVerifier(trustedKeys: PublicJwks, audience: string): TokenVerifier {
  const keys = createLocalJWKSet(trustedKeys as JSONWebKeySet);
  // A caller's token comes back with every request of its minute; its signature is checked once.
  const verified = new Map<string, { caller: Caller; expiresAt: number }>();

  async function verify(token: string): Promise<{ caller: Caller; expiresAt: number }> {
    const { payload, protectedHeader } = await jwtVerify(token, keys, {
      algorithms: ['EdDSA'],
      audience,
      requiredClaims: ['iss', 'sub', 'exp'],
      maxTokenAge: lifetimeSeconds,
      clockTolerance: 5,
    });
    const { iss, sub = '', exp = 0, iat = 0, scope } = payload;
    // The key, not the token, says who signed: without this any service could pose as the gateway.
    if (iss !== issuerOf(protectedHeader.kid ?? '')) throw unauthenticated();
    // A token may claim a longer life than any is given; remembering it must not grant what checking it would refuse.
    const expiresAt = Math.min(exp, iat + lifetimeSeconds) * 1000;
    if (protectedHeader.typ === clientTokenType && iss === 'gateway') {
      const scopes = new Set(
        String(scope ?? '')
          .split(' ')
          .filter(Boolean),
      );
      return { caller: { kind: 'client', clientId: sub, scopes }, expiresAt };
    }
    if (protectedHeader.typ === serviceTokenType && iss === sub) {
      return { caller: { kind: 'service', service: sub }, expiresAt };
    }
    throw unauthenticated();
  }

  return async (authorization) => {
    const token = /^Bearer ([\w.-]+)$/.exec(authorization ?? '')?.[1];
    if (!token) throw unauthenticated();
    const now = Date.now();
    const known = verified.get(token);
    if (known && known.expiresAt > now) return known.caller;
    try {
      const result = await verify(token);
      // The one that was remembered first is the first to expire.
      const [oldest = ''] = verified.size >= maxRemembered ? verified.keys() : [];
      verified.delete(oldest);
      verified.set(token, result);
      return result.caller;
    } catch {
      throw unauthenticated();
    }
  };
}
