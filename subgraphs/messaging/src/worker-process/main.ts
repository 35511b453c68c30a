import { run } from '@atrium/service-kit';
import { readConfig } from '../config.ts';
import { startWorkerProcess } from './start.ts';

await run(() => startWorkerProcess(readConfig(process.env)));
