import { run } from '@atrium/service-kit';
import { readConfig } from './config.ts';
import { startMessaging } from './start.ts';

await run(() => startMessaging(readConfig(process.env)));
