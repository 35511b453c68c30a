import { join } from 'node:path';
import { profileDuring, selfTimes } from '../../src/cpu-profile.ts';
import { type Bench, runSlice } from './measure.ts';

/** Profiles our gateway for each query under full load; tells the files, and where the time goes. */
export async function profileOurs(bench: Bench, folder: string): Promise<string> {
  const { contestants, queries } = bench;
  const parts: string[] = [];
  for (const contestant of contestants) {
    for (const [index, query] of queries.entries()) {
      const file = join(folder, `${index + 1}.cpuprofile`);
      const { pid } = contestant.running;
      const { profiles, result } = await profileDuring([{ pid, file }], () => runSlice(bench, contestant, query, {}));
      parts.push(`### ${query.name}, ${result.requests} requests, ${file}`, ...profiles.map(selfTimes));
    }
  }
  return parts.join('\n\n');
}
