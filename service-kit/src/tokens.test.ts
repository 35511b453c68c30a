import { beforeAll, expect, jest, test } from '@jest/globals';
import { exportJWK, generateKeyPair, importJWK, SignJWT } from 'jose';
import type { PrivateJwk, PublicJwks } from './settings.ts';
import { createTokenIssuer, createTokenVerifier } from './tokens.ts';

async function makeKey(service: string): Promise<PrivateJwk> {
  const { privateKey } = await generateKeyPair('EdDSA', { extractable: true });
  return { ...(await exportJWK(privateKey)), kid: `${service}:test` } as PrivateJwk;
}

function publicPart({ d: _, ...key }: PrivateJwk): PublicJwks['keys'][number] {
  return key;
}

let gateway: PrivateJwk;
let profile: PrivateJwk;
let stranger: PrivateJwk;
let trusted: PublicJwks;

beforeAll(async () => {
  [gateway, profile, stranger] = await Promise.all([makeKey('gateway'), makeKey('profile'), makeKey('gateway')]);
  trusted = { keys: [publicPart(gateway), publicPart(profile)] };
});

const client = { clientId: 'client-1', scopes: ['profile:write', 'profile:read'] };
const refusal = { code: 'UNAUTHENTICATED' };

test('a client token of the gateway says who asks and what they may', async () => {
  const token = await createTokenIssuer(gateway).clientToken(client, 'image');
  const caller = await createTokenVerifier(trusted, 'image')(`Bearer ${token}`);
  expect(caller).toEqual({ kind: 'client', clientId: 'client-1', scopes: new Set(['profile:read', 'profile:write']) });
});

test('a fresh token is reused', async () => {
  const issuer = createTokenIssuer(gateway);
  expect(await issuer.clientToken(client, 'image')).toBe(await issuer.clientToken(client, 'image'));
  expect(await issuer.clientToken(client, 'image')).not.toBe(await issuer.clientToken(client, 'profile'));
});

test('a token that is at hand is given at once, to every object that says the same of a client', async () => {
  const issuer = createTokenIssuer(gateway);
  const token = await issuer.clientToken(client, 'image');
  expect(issuer.clientToken(client, 'image')).toBe(token);
  expect(issuer.clientToken({ clientId: 'client-1', scopes: new Set(client.scopes).keys() }, 'image')).toBe(token);
  expect(issuer.clientToken({ ...client, scopes: ['profile:read'] }, 'image')).not.toBe(token);
  const service = await issuer.serviceToken('image');
  expect(issuer.serviceToken('image')).toBe(service);
});

test('a token is made anew before it expires, while the old one is still given', async () => {
  const now = new Date('2026-11-24T09:30:00.000Z');
  jest.useFakeTimers({ now, doNotFake: ['nextTick', 'setImmediate', 'queueMicrotask', 'setTimeout'] });
  try {
    const issuer = createTokenIssuer(gateway);
    const verify = createTokenVerifier(trusted, 'image');
    const first = await issuer.clientToken(client, 'image');
    jest.setSystemTime(now.getTime() + 44_000);
    expect(issuer.clientToken(client, 'image')).toBe(first);
    jest.setSystemTime(now.getTime() + 46_000);
    expect(issuer.clientToken(client, 'image')).toBe(first);
    while (issuer.clientToken(client, 'image') === first) await new Promise((resolve) => setImmediate(resolve));
    // The first one has expired by now, and the second one has not.
    jest.setSystemTime(now.getTime() + 80_000);
    await expect(verify(`Bearer ${first}`)).rejects.toMatchObject(refusal);
    expect(await verify(`Bearer ${await issuer.clientToken(client, 'image')}`)).toMatchObject({ clientId: 'client-1' });
    // A token with too little of its life left to reach its receiver is not given.
    const second = await issuer.clientToken(client, 'image');
    jest.setSystemTime(now.getTime() + 46_000 + 57_000);
    expect(await issuer.clientToken(client, 'image')).not.toBe(second);
  } finally {
    jest.useRealTimers();
  }
});

test('a service token says which service speaks', async () => {
  const token = await createTokenIssuer(profile).serviceToken('messaging');
  expect(await createTokenVerifier(trusted, 'messaging')(`Bearer ${token}`)).toEqual({
    kind: 'service',
    service: 'profile',
  });
});

test('a sister that poses as the gateway is refused', async () => {
  const token = await createTokenIssuer(profile).clientToken(client, 'image');
  await expect(createTokenVerifier(trusted, 'image')(`Bearer ${token}`)).rejects.toMatchObject(refusal);
});

test('a token that claims another issuer than its key belongs to is refused', async () => {
  const forged = await new SignJWT({ scope: 'profile:read' })
    .setProtectedHeader({ alg: 'EdDSA', kid: profile.kid, typ: 'atrium-client+jwt' })
    .setIssuer('gateway')
    .setSubject('client-1')
    .setAudience('image')
    .setIssuedAt()
    .setExpirationTime('60s')
    .sign(await crypto.subtle.importKey('jwk', profile, 'Ed25519', false, ['sign']));
  await expect(createTokenVerifier(trusted, 'image')(`Bearer ${forged}`)).rejects.toMatchObject(refusal);
});

test.each([
  ['no token', async () => undefined],
  ['no bearer', async () => 'Basic abc'],
  ['another audience', async () => `Bearer ${await createTokenIssuer(gateway).clientToken(client, 'profile')}`],
  [
    'an unknown key with a known name',
    async () => `Bearer ${await createTokenIssuer(stranger).clientToken(client, 'image')}`,
  ],
  [
    'an expired token',
    async () => {
      const key = await crypto.subtle.importKey('jwk', gateway, 'Ed25519', false, ['sign']);
      const token = await new SignJWT({ scope: '' })
        .setProtectedHeader({ alg: 'EdDSA', kid: gateway.kid, typ: 'atrium-client+jwt' })
        .setIssuer('gateway')
        .setSubject('client-1')
        .setAudience('image')
        .setIssuedAt(Date.now() / 1000 - 120)
        .setExpirationTime(Date.now() / 1000 - 60)
        .sign(key);
      return `Bearer ${token}`;
    },
  ],
])('%s is refused with the one answer', async (_case, makeAuthorization) => {
  const verify = createTokenVerifier(trusted, 'image');
  await expect(verify(await makeAuthorization())).rejects.toMatchObject(refusal);
});

test('a verified token is remembered for no longer than any token lives, whatever it claims', async () => {
  const now = new Date('2026-11-24T09:30:00.000Z');
  jest.useFakeTimers({ now, doNotFake: ['nextTick', 'setImmediate', 'queueMicrotask'] });
  try {
    const token = await new SignJWT({})
      .setProtectedHeader({ alg: 'EdDSA', kid: profile.kid, typ: 'atrium-service+jwt' })
      .setIssuer('profile')
      .setSubject('profile')
      .setAudience('image')
      .setIssuedAt()
      .setExpirationTime('1 year')
      .sign(await importJWK(profile, 'EdDSA'));
    const verify = createTokenVerifier(trusted, 'image');
    expect(await verify(`Bearer ${token}`)).toEqual({ kind: 'service', service: 'profile' });
    jest.setSystemTime(now.getTime() + 70_000);
    await expect(verify(`Bearer ${token}`)).rejects.toMatchObject(refusal);
  } finally {
    jest.useRealTimers();
  }
});
