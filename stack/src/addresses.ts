import { freePort, isPortFree } from './ports.ts';
import { forEachService, type ServiceName, serviceNames } from './repository.ts';
import { StackError } from './stack-error.ts';

/** The ports of a stack: some of them, or free ones for everything. PostgreSQL takes a free one unless told otherwise. */
export type PortChoice = Partial<Record<ServiceName | 'postgres', number>> | 'free';

/** Where everything answers. */
export type Addresses = {
  ports: Record<ServiceName, number>;
  postgresPort?: number;
  /** How the services reach one another. */
  urls: Record<ServiceName, string>;
  /** How people and clients reach the gateway. */
  publicUrl: string;
};

const presetPorts: Record<ServiceName, number> = { gateway: 4000, profile: 4001, image: 4002, messaging: 4003 };
const portSettings = { gateway: 'PORT', profile: 'PROFILE_PORT', image: 'IMAGE_PORT', messaging: 'MESSAGING_PORT' };

/** Settles the addresses and checks that nobody listens there yet. */
export async function settleAddresses(host: string, choice: PortChoice = {}): Promise<Addresses> {
  const ports = { ...presetPorts };
  for (const service of serviceNames) {
    ports[service] = choice === 'free' ? await freePort(host) : (choice[service] ?? presetPorts[service]);
    if (choice !== 'free') await checkPort(service, ports[service], host);
  }
  const anyAddress = host === '0.0.0.0' || host === '::';
  const inside = bracketed(anyAddress ? '127.0.0.1' : host);
  const local = anyAddress || host === '127.0.0.1' || host === '::1' || host === 'localhost';
  return {
    ports,
    ...(choice !== 'free' && choice.postgres && { postgresPort: choice.postgres }),
    urls: forEachService((service) => `http://${inside}:${ports[service]}`),
    publicUrl: `http://${local ? 'localhost' : bracketed(host)}:${ports.gateway}`,
  };
}

const bracketed = (host: string): string => (host.includes(':') ? `[${host}]` : host);

async function checkPort(service: ServiceName, port: number, host: string): Promise<void> {
  const free = await isPortFree(port, host).catch((error: NodeJS.ErrnoException) => {
    throw new StackError(`HOST ${host}, port ${port} (${service}) cannot be listened on (${error.code}).`);
  });
  if (!free) {
    throw new StackError(
      `port ${port} (${service}) is taken: stop what listens there, or set ${portSettings[service]}.`,
    );
  }
}
