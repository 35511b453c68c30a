import { onCores } from '../../../src/cores.ts';
import { type Launch, launch as launchServer, type RunningServer } from '../../../src/launch.ts';
import { bodyFor } from '../load/request-template.ts';
import { queries } from '../queries.ts';
import type { Site } from './gateway.ts';

/** Starts a gateway on its core and waits until it answers a query. */
export function launch({ cores, folder }: Site, options: Launch): Promise<RunningServer> {
  const [command, args] = onCores(cores.gateway, options.command, options.args);
  return launchServer(folder, bodyFor(queries.Q1, queries.Q1.places.first), { ...options, command, args });
}
