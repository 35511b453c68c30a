import { readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from '@jest/globals';
import { calculateJwkThumbprint, importJWK, jwtVerify, SignJWT } from 'jose';
import { loadSecrets, publicKeyOf, saveSecrets, sharedSecretNames } from './secrets.ts';
import { temporaryFolder } from './temporary-folder.ts';

test('secrets are made once, kept, and readable by their owner only', async () => {
  const folder = temporaryFolder();
  const made = await loadSecrets(folder);
  expect(await loadSecrets(folder)).toEqual(made);
  expect(statSync(join(folder, 'secrets.json')).mode & 0o777).toBe(0o600);
  for (const name of sharedSecretNames) expect(Buffer.from(made.shared[name], 'base64url')).toHaveLength(32);
});

test('two folders have no secret in common', async () => {
  const [one, other] = await Promise.all([loadSecrets(temporaryFolder()), loadSecrets(temporaryFolder())]);
  expect(one.postgresPassword).not.toBe(other.postgresPassword);
  expect(one.signingKeys.profile.d).not.toBe(other.signingKeys.profile.d);
  expect(one.shared.CODE_HMAC_KEY).not.toBe(other.shared.CODE_HMAC_KEY);
});

test('a secret that is missing is made, and the others stay', async () => {
  const folder = temporaryFolder();
  const made = await loadSecrets(folder);
  const { MESSAGE_SEAL_KEY: _, ...shared } = made.shared;
  saveSecrets(folder, { ...made, shared: shared as typeof made.shared });
  const again = await loadSecrets(folder);
  expect(again.shared.MESSAGE_SEAL_KEY).toHaveLength(43);
  expect(again.shared.CODE_HMAC_KEY).toBe(made.shared.CODE_HMAC_KEY);
  expect(again.signingKeys).toEqual(made.signingKeys);
});

test('a signing key names its service and its thumbprint, and its public half checks what it signs', async () => {
  const { signingKeys } = await loadSecrets(temporaryFolder());
  const key = signingKeys.messaging;
  expect(key.kid).toBe(`messaging:${(await calculateJwkThumbprint(key)).slice(0, 16)}`);
  const shown = publicKeyOf(key);
  expect(shown).not.toHaveProperty('d');
  const token = await new SignJWT({}).setProtectedHeader({ alg: 'EdDSA' }).sign(await importJWK(key, 'EdDSA'));
  await expect(jwtVerify(token, await importJWK(shown, 'EdDSA'))).resolves.toBeDefined();
});

test('a file that is no JSON is reported, not replaced', async () => {
  const folder = temporaryFolder();
  writeFileSync(join(folder, 'secrets.json'), '{"postgresPassw');
  await expect(loadSecrets(folder)).rejects.toThrow('restore it, or run npm run reset');
  expect(readFileSync(join(folder, 'secrets.json'), 'utf8')).toBe('{"postgresPassw');
});
