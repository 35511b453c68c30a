import { execFile } from 'node:child_process';
import { generateKeyPairSync, randomBytes } from 'node:crypto';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { createTestDatabase, repositoryRoot, serviceCommand } from '@atrium/stack';
import type { Gateway, RunningGateway, Site } from './gateway.ts';
import { freePort, launch } from './launch.ts';

const gatewayFolder = join(repositoryRoot, 'gateway');
const quietNode = '--disable-warning=ExperimentalWarning';
const mostRequestsPerMinute = '10000000';

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

async function startOn(site: Site, databaseUrl: string): Promise<RunningGateway> {
  const port = await freePort();
  const key = await createKey(databaseUrl);
  const { subgraphs, profileFolder } = site;
  const signingKey = createSigningKey();
  const profiling = profileFolder === undefined ? [] : ['--import', join(import.meta.dirname, 'profile-on-signal.ts')];
  return launch(site, {
    name: 'ours',
    command: process.execPath,
    args: [...profiling, ...serviceCommand],
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

/** Makes a key by the gateway's own command. Its requests are counted like any key's, up to more than can come. */
async function createKey(databaseUrl: string): Promise<string> {
  const options = ['--name', 'bench', '--scopes', 'all', '--requests-per-minute', mostRequestsPerMinute, '--json'];
  const args = [quietNode, join('src', 'identity', 'cli.ts'), 'create', ...options];
  const env = { PATH: process.env.PATH, DATABASE_URL: databaseUrl };
  const { stdout } = await promisify(execFile)(process.execPath, args, { cwd: gatewayFolder, env });
  return (JSON.parse(stdout) as { key: string }).key;
}

function createSigningKey() {
  const { privateKey } = generateKeyPairSync('ed25519');
  return { ...privateKey.export({ format: 'jwk' }), kid: 'gateway:bench', alg: 'EdDSA' };
}

function baseOf(url: string): string {
  return url.replace(/\/graphql$/, '');
}
