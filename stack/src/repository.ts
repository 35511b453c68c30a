import { dirname, join, resolve } from 'node:path';

/** The repository's root folder. */
export const repositoryRoot = dirname(dirname(import.meta.dirname));

/** Every process of the system; each has a database, a role and a signing key of its own. */
export const serviceNames = ['gateway', 'profile', 'image', 'messaging'] as const;

/** The name of one process of the system. */
export type ServiceName = (typeof serviceNames)[number];

/** True when `name` is the name of a service. */
export function isServiceName(name: string): name is ServiceName {
  return (serviceNames as readonly string[]).includes(name);
}

/** The folder a service's process runs in. */
export function serviceFolder(name: ServiceName): string {
  return name === 'gateway' ? join(repositoryRoot, 'gateway') : join(repositoryRoot, 'subgraphs', name);
}

/** The folder with a service's schema.prisma and migrations. */
export function prismaFolder(name: ServiceName): string {
  return join(repositoryRoot, 'prisma', name);
}

/** Where a stack keeps its data unless told otherwise. */
export const defaultDataDir = resolve(repositoryRoot, '.data');

/** A value for each service, made by `make`. */
export function forEachService<T>(make: (name: ServiceName) => T): Record<ServiceName, T> {
  return {
    gateway: make('gateway'),
    profile: make('profile'),
    image: make('image'),
    messaging: make('messaging'),
  };
}
