// Loaded into a worker before its own code: profiles it from the word to begin until all jobs were handled.
import { writeFileSync } from 'node:fs';
import { Session } from 'node:inspector';

const session = new Session();
session.connect();
const file = process.env.BENCH_PROFILE_FILE ?? 'worker.cpuprofile';
process.once('message', () => session.post('Profiler.enable', () => session.post('Profiler.start')));
const tell = process.send?.bind(process);
process.send = ((news: string) => {
  // What comes of it is written before it is told, for the bench ends the process then.
  if (news === 'handled')
    session.post('Profiler.stop', (_, { profile }) => writeFileSync(file, JSON.stringify(profile)));
  return tell?.(news) ?? false;
}) as typeof process.send;
