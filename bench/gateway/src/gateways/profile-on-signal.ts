// Loaded into our gateway before its own code: SIGUSR2 starts a CPU profile, and the next one writes it.
import { writeFileSync } from 'node:fs';
import { Session } from 'node:inspector/promises';
import { join } from 'node:path';

const folder = process.env.BENCH_PROFILE_FOLDER ?? '.';
const session = new Session();
session.connect();
await session.post('Profiler.enable');
let profiling = false;
let count = 0;

process.on('SIGUSR2', async () => {
  profiling = !profiling;
  if (profiling) {
    await session.post('Profiler.start');
    return;
  }
  const { profile } = await session.post('Profiler.stop');
  count += 1;
  writeFileSync(join(folder, `${count}.cpuprofile`), JSON.stringify(profile));
});
