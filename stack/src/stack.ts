import { mkdirSync, rmSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { type PortChoice, settleAddresses } from './addresses.ts';
import { developmentKey } from './api-key.ts';
import { openDataFolder } from './data-folder.ts';
import { type DatabaseChoice, type Databases, openDatabases } from './databases.ts';
import { deployAll } from './migrations/deploy.ts';
import type { PostgresServer } from './postgres/server.ts';
import { defaultDataDir, forEachService, type ServiceName, serviceNames } from './repository.ts';
import { emptyScratchFolders } from './scratch-folder.ts';
import { loadSecrets, type SigningKey, writePrivate } from './secrets.ts';
import { type EnvironmentOptions, environmentOf, type ServiceSettings } from './service-environment.ts';
import { type ServiceHandle, serviceProcess } from './service-process.ts';
import { inheritedEnvironment } from './settings.ts';
import { StackError } from './stack-error.ts';
import { ensureSupergraph } from './supergraph.ts';

/** A step that is done, for those who watch a start. */
export type Progress = { step: string; ms: number; detail?: string };

/** How to start a stack; every part may be left out. */
export type StackOptions = DatabaseChoice & {
  /** Where everything is kept; one stack at a time. Default: .data of the repository. */
  dataDir?: string;
  ports?: PortChoice;
  /** The address that everything binds to. Default: 127.0.0.1. */
  host?: string;
  /** Settings of the services, over what the stack and the user's environment say. */
  settings?: ServiceSettings;
  /** Settings of the stack's own PostgreSQL. */
  postgresSettings?: Record<string, string>;
  /** Starts a service again that ends by itself. Default: false. */
  restart?: boolean;
  /** False starts without an API key (and `apiKey` is empty). */
  createApiKey?: boolean;
  onProgress?: (progress: Progress) => void;
  /** Told what happens to the services once all is ready. */
  onNews?: (news: string) => void;
};

/** A running system. */
export type Stack = {
  gatewayUrl: string;
  apiKey: string;
  inboxUrl: string;
  dataDir: string;
  services: Record<ServiceName, ServiceHandle>;
  /** Each service's own database, with its own role. */
  databases: Record<ServiceName, string>;
  /** The stack's own PostgreSQL, unless the user's own is used. */
  postgres: PostgresServer | undefined;
  /** Every service's private key, for tests that speak in its name. */
  signingKeys: Record<ServiceName, SigningKey>;
  /** Stops all of it, the gateway first; safe to call again. */
  stop: () => Promise<void>;
};

/** Starts the whole system: PostgreSQL, migrations, supergraph, an API key, and the four services. */
export async function startStack(options: StackOptions = {}): Promise<Stack> {
  checkRuntime();
  const dataDir = resolve(options.dataDir ?? defaultDataDir);
  const release = openDataFolder(dataDir);
  const leave = (): void => {
    rmSync(stackFile(dataDir), { force: true });
    release();
  };
  process.once('exit', leave);
  const opened: Opened = {};
  const stop = once(async () => {
    opened.announce = undefined;
    await stopServices(opened.services);
    await opened.databases?.postgres?.stop();
    process.removeListener('exit', leave);
    leave();
  });
  try {
    rmSync(stackFile(dataDir), { force: true });
    return { ...(await open({ ...options, dataDir }, opened)), stop };
  } catch (error) {
    await stop();
    throw error;
  }
}

/** What is open so far, so that it can be closed wherever a start fails. */
type Opened = { databases?: Databases; services?: Record<ServiceName, ServiceHandle>; announce?: () => void };

async function open(options: StackOptions & { dataDir: string }, opened: Opened): Promise<Omit<Stack, 'stop'>> {
  const { dataDir, host = '127.0.0.1', settings = {} } = options;
  const step = stepsOf(options.onProgress);
  const secrets = await loadSecrets(dataDir);
  const { postgresPort, ...addresses } = await settleAddresses(host, options.ports);
  const databaseOptions = { ...options, secrets, port: postgresPort, settings: options.postgresSettings };
  const composing = step('supergraph', ensureSupergraph(), (composed) => (composed ? 'composed' : 'up to date'));
  const opening = step('PostgreSQL', openDatabases(databaseOptions)).then((databases) => {
    opened.databases = databases;
    return step('migrations', deployAll(databases.urls), describeMigrations);
  });
  await atRest([composing, opening]);

  const { urls: databases, postgres } = opened.databases as Databases;
  const inherited = inheritedEnvironment();
  const environment = { ...addresses, inherited, host, dataDir, databases, secrets, settings };
  const makeKey = options.createApiKey ?? true;
  const makingKey = makeKey
    ? step('API key', developmentKey(dataDir, secrets, databases.gateway))
    : Promise.resolve('');
  const services = prepareServices(environment, makingKey, options, opened);
  opened.services = services;
  const starting = serviceNames.map((name) => step(name, services[name].start(), () => services[name].url));
  await Promise.all([makingKey, ...starting]);

  const { publicUrl: gatewayUrl } = addresses;
  const shown = { gatewayUrl, apiKey: await makingKey, inboxUrl: `${gatewayUrl}/inbox` };
  opened.announce = () => {
    const processes = forEachService((name) => ({ url: services[name].url, pid: services[name].pid }));
    writePrivate(stackFile(dataDir), { ...shown, services: processes });
  };
  opened.announce();
  return { ...shown, dataDir, services, databases, postgres, signingKeys: secrets.signingKeys };
}

const stackFile = (dataDir: string): string => join(dataDir, 'stack.json');

function checkRuntime(): void {
  if (process.features.typescript) return;
  throw new StackError(
    `Node ${process.versions.node} does not run TypeScript: start with npm start, which brings Node 24.`,
  );
}

type Step = <T>(step: string, work: Promise<T>, describe?: (result: T) => string) => Promise<T>;

function stepsOf(onProgress: StackOptions['onProgress']): Step {
  return async (step, work, describe) => {
    const begun = performance.now();
    const result = await work;
    onProgress?.({ step, ms: Math.round(performance.now() - begun), detail: describe?.(result) });
    return result;
  };
}

function describeMigrations(applied: Record<ServiceName, string[]>): string {
  const count = Object.values(applied).flat().length;
  return count === 0 ? 'nothing new' : `${count} applied`;
}

function prepareServices(
  environment: EnvironmentOptions,
  makingKey: Promise<string>,
  options: StackOptions,
  opened: Opened,
): Record<ServiceName, ServiceHandle> {
  const logs = join(environment.dataDir, 'logs');
  mkdirSync(logs, { recursive: true, mode: 0o700 });
  emptyScratchFolders(environment.dataDir);
  return forEachService((name) =>
    serviceProcess({
      name,
      url: environment.urls[name],
      // The gateway's pages hold the key, so the gateway alone waits for it.
      environment: async () =>
        environmentOf(name, name === 'gateway' ? { ...environment, apiKey: await makingKey } : environment),
      logFile: join(logs, `${name}.log`),
      restart: options.restart ?? false,
      onNews: options.onNews,
      onChange: () => opened.announce?.(),
    }),
  );
}

// The gateway first: it finishes its requests while the services that answer them are still there.
async function stopServices(services: Record<ServiceName, ServiceHandle> | undefined): Promise<void> {
  if (!services) return;
  await services.gateway.stop();
  await Promise.all(serviceNames.map((name) => services[name].stop()));
}

// Waits for both even where one fails: what the other opens must be known before it can be closed.
async function atRest(work: Promise<unknown>[]): Promise<void> {
  const outcomes = await Promise.allSettled(work);
  const failed = outcomes.find((outcome) => outcome.status === 'rejected');
  if (failed) throw failed.reason;
}

function once(work: () => Promise<void>): () => Promise<void> {
  let running: Promise<void> | undefined;
  return () => {
    running ??= work();
    return running;
  };
}
