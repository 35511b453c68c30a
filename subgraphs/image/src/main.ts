import { createLogger, readSettings, run } from '@atrium/service-kit';
import { settings as definition } from './config.ts';
import { startImageService } from './service.ts';

await run(async () => {
  const settings = readSettings(definition, process.env);
  return startImageService(settings, createLogger('image', settings.logLevel));
});
