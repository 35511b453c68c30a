import { createLogger, readSettings, run } from '@atrium/service-kit';
import { settings as definition } from './config.ts';
import { createGateway } from './server.ts';

await run(async () => {
  const settings = readSettings(definition, process.env);
  const logger = createLogger('gateway', settings.logLevel);
  const app = await createGateway(settings, logger);
  await app.listen({ host: settings.host, port: settings.port });
  logger.info({ host: settings.host, port: settings.port }, 'listening');
  return { close: () => app.close(), drainTimeoutMs: settings.drainTimeoutMs };
});
