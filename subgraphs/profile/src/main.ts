import { readSettings, run } from '@atrium/service-kit';
import { settings } from './config.ts';
import { startProfile } from './service.ts';

await run(() => startProfile(readSettings(settings, process.env)));
