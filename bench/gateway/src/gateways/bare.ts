import { join } from 'node:path';
import { freePort } from '@atrium/stack';
import type { Gateway } from './gateway.ts';
import { launch } from './launch.ts';

/** A node:http server that sends the right bytes at once: what no gateway on Node can be quicker than. */
export const bare: Gateway = {
  name: 'bare',
  title: 'bare node:http',
  packages: undefined,
  async start(site) {
    const port = await freePort();
    return launch(site, {
      name: 'bare',
      command: process.execPath,
      args: ['--disable-warning=ExperimentalWarning', join(import.meta.dirname, 'bare-server.ts')],
      cwd: import.meta.dirname,
      env: { PORT: String(port) },
      port,
    });
  },
};
