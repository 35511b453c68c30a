import { generateKeyPairSync, randomBytes } from 'node:crypto';
import { join } from 'node:path';
import { createTestDatabase, freePort, repositoryRoot, startArguments } from '@atrium/stack';
import { createKey } from '../../../src/api-key.ts';
import { profilingArguments } from '../../../src/cpu-profile.ts';
import type { RunningServer } from '../../../src/launch.ts';
import type { Gateway, Site } from './gateway.ts';
import { launch } from './launch.ts';

const gatewayFolder = join(repositoryRoot, 'gateway');

/** Our own gateway as `npm run start -w gateway` starts it: a real key in a real database, limits, logs and metrics on. */
export const ours: Gateway = {
  name: 'ours',
  title: 'Atrium',
  packages: undefined,
  async start(site) {
    const database = await createTestDatabase('gateway');
    try {
      const running = await startOn(site, database.url);
      const stop = () => running.stop().finally(() => database.stop());
      return { ...running, stop };
    } catch (error) {
      await database.stop();
      throw error;
    }
  },
};

async function startOn(site: Site, databaseUrl: string): Promise<RunningServer> {
  const port = await freePort();
  const key = await createKey(databaseUrl);
  const { subgraphs, profileFolder } = site;
  const signingKey = createSigningKey();
  const profiling = profileFolder === undefined ? [] : profilingArguments;
  return launch(site, {
    name: 'ours',
    command: process.execPath,
    args: [...profiling, ...startArguments],
    cwd: gatewayFolder,
    env: {
      NODE_COMPILE_CACHE: join(repositoryRoot, 'node_modules', '.cache', 'node'),
      GATEWAY_PORT: String(port),
      PUBLIC_URL: `http://127.0.0.1:${port}`,
      DATABASE_URL: databaseUrl,
      SIGNING_KEY: JSON.stringify(signingKey),
      TRUSTED_KEYS: JSON.stringify({ keys: [{ ...signingKey, d: undefined }] }),
      METRICS_TOKEN: randomBytes(24).toString('base64url'),
      SUPERGRAPH_PATH: site.supergraphPath,
      PROFILE_URL: baseOf(subgraphs.profile.url),
      IMAGE_URL: baseOf(subgraphs.image.url),
      MESSAGING_URL: baseOf(subgraphs.messaging.url),
      ...(profileFolder === undefined ? {} : { BENCH_PROFILE_FOLDER: profileFolder }),
      ...site.ownSettings,
    },
    port,
    headers: { 'x-api-key': key },
  });
}

function createSigningKey() {
  const { privateKey } = generateKeyPairSync('ed25519');
  return { ...privateKey.export({ format: 'jwk' }), kid: 'gateway:bench', alg: 'EdDSA' };
}

function baseOf(url: string): string {
  return url.replace(/\/graphql$/, '');
}
