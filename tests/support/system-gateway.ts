import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { publicKeyOf, repositoryRoot, serviceNames } from '@atrium/stack';
import { type OwnGateway, startGateway } from './own-gateway.ts';
import type { System } from './system.ts';

/** A further gateway before the services and the keys of a system. */
export function startSystemGateway(system: System, settings: Record<string, string> = {}): Promise<OwnGateway> {
  const supergraphSdl = readFileSync(join(repositoryRoot, 'supergraph', 'supergraph.graphql'), 'utf8');
  const { signingKeys, services, databases } = system;
  return startGateway(supergraphSdl, {
    GATEWAY_AUTH: 'key',
    DATABASE_URL: databases.gateway,
    SIGNING_KEY: JSON.stringify(signingKeys.gateway),
    TRUSTED_KEYS: JSON.stringify({ keys: serviceNames.map((name) => publicKeyOf(signingKeys[name])) }),
    PROFILE_URL: services.profile.url,
    IMAGE_URL: services.image.url,
    MESSAGING_URL: services.messaging.url,
    ...settings,
  });
}

/** The same as in production: nothing is for developers. */
export function startProductionGateway(system: System, settings: Record<string, string> = {}): Promise<OwnGateway> {
  return startSystemGateway(system, { NODE_ENV: 'production', ATRIUM_MODE: 'production', ...settings });
}
