import { type OwnSystem, sharedSystemVariable, startSystem } from './system.ts';

declare global {
  var atriumTestSystem: OwnSystem | undefined;
}

/** Starts the system that the run's files share, and prints how long each step took. */
export default async function setUp(): Promise<void> {
  const startedAt = performance.now();
  const system = await startSystem();
  process.stdout.write(
    `\nsystem ready in ${Math.round(performance.now() - startedAt)} ms at ${system.gatewayUrl}; codes have no cool-down\n`,
  );
  globalThis.atriumTestSystem = system;
  const { gatewayUrl, apiKey, dataDir, databases, adminDatabaseUrl, signingKeys, picturePort, debuggerPort } = system;
  const services = Object.fromEntries(
    Object.entries(system.services).map(([name, { url, pid }]) => [name, { url, pid }]),
  );
  const shared = {
    gatewayUrl,
    apiKey,
    dataDir,
    services,
    databases,
    adminDatabaseUrl,
    signingKeys,
    picturePort,
    debuggerPort,
  };
  process.env[sharedSystemVariable] = JSON.stringify(shared);
}
