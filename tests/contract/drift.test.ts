import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { repositoryRoot } from '@atrium/stack';
import { expect, test } from '@jest/globals';
import { subgraphs } from '../support/schemas.ts';
import { sharedSystem } from '../support/test-system.ts';

const system = await sharedSystem();

test('what runs does not drift from what is committed, says the command that operators run', () => {
  const places = subgraphs.flatMap((name) => ['--subgraph', `${name}=${system.services[name].url}/graphql`]);
  const { status, stdout, stderr } = spawnSync(
    process.execPath,
    [
      '--disable-warning=ExperimentalWarning',
      join(repositoryRoot, 'supergraph/src/main.ts'),
      'drift',
      ...places,
      '--gateway',
      `${system.gatewayUrl}/graphql`,
    ],
    {
      encoding: 'utf8',
      env: {
        ...process.env,
        NO_COLOR: '1',
        NODE_OPTIONS: '',
        SIGNING_KEY: JSON.stringify(system.signingKeys.gateway),
        ATRIUM_API_KEY: system.apiKey,
      },
    },
  );
  expect({ status, stdout, stderr }).toEqual({
    status: 0,
    stdout: 'drift: asked profile, image, messaging, gateway; nothing to say\n',
    stderr: '',
  });
});
