import { createLogger, run } from '@atrium/service-kit';
import { readGatewaySettings } from './config.ts';
import { createGateway } from './server.ts';

await run(async () => {
  const settings = readGatewaySettings(process.env);
  const logger = createLogger('gateway', settings.logLevel);
  const app = await createGateway(settings, logger);
  await app.listen({ host: settings.host, port: settings.port });
  logger.info({ host: settings.host, port: settings.port }, 'listening');
  return { close: () => app.close(), drainTimeoutMs: settings.drainTimeoutMs };
});
