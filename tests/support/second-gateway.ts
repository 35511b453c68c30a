import { spawn } from 'node:child_process';
import { join } from 'node:path';
import { publicKeyOf, repositoryRoot } from '@atrium/stack';
import { afterAll } from '@jest/globals';
import { freePort } from './free-port.ts';
import type { System } from './system.ts';
import { waitFor } from './wait-for.ts';

/** Starts another gateway process over a system's services and database; answers its address. It ends with the file. */
export async function startSecondGateway(system: System): Promise<string> {
  const port = await freePort();
  const { services, signingKeys, databases } = system;
  const gateway = spawn(process.execPath, ['--disable-warning=ExperimentalWarning', join('src', 'main.ts')], {
    cwd: join(repositoryRoot, 'gateway'),
    stdio: ['ignore', 'ignore', 'inherit'],
    env: {
      PATH: process.env.PATH,
      APOLLO_TELEMETRY_DISABLED: 'true',
      GATEWAY_PORT: String(port),
      DATABASE_URL: databases.gateway,
      SIGNING_KEY: JSON.stringify(signingKeys.gateway),
      TRUSTED_KEYS: JSON.stringify({ keys: Object.values(signingKeys).map(publicKeyOf) }),
      SUPERGRAPH_PATH: join(repositoryRoot, 'supergraph', 'supergraph.graphql'),
      PROFILE_URL: services.profile.url,
      IMAGE_URL: services.image.url,
      MESSAGING_URL: services.messaging.url,
    },
  });
  const ended = new Promise<void>((resolve) => gateway.once('exit', () => resolve()));
  afterAll(async () => {
    gateway.kill('SIGTERM');
    await ended;
  });
  const url = `http://127.0.0.1:${port}`;
  const isReady = () =>
    fetch(`${url}/readyz`).then(
      ({ ok }) => ok,
      () => false,
    );
  await waitFor('the second gateway is ready', isReady, { timeoutMs: 30_000 });
  return url;
}
