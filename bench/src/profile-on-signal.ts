// Loaded into a process before its own code: SIGUSR2 starts a CPU profile, and the next one writes it.
import { renameSync, writeFileSync } from 'node:fs';
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
  const file = join(folder, `${count}.cpuprofile`);
  // Whoever waits for the file must not find a part of it.
  writeFileSync(`${file}.part`, JSON.stringify(profile));
  renameSync(`${file}.part`, file);
});
