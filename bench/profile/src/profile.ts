import { join } from 'node:path';
import { serviceNames } from '@atrium/stack';
import { profileDuring, selfTimes, timesByOrigin } from '../../src/cpu-profile.ts';
import type { OwnStack } from '../../src/own-stack.ts';
import { figure } from '../../src/table.ts';
import { type Bench, runSlice } from './measure.ts';
import { meanings } from './workloads.ts';

/** Profiles our services under each workload; tells the files, and where the time goes. */
export async function profileOurs(
  { entrants, options }: Bench,
  { services, profileFolders }: OwnStack,
): Promise<string> {
  const connections = Math.max(...options.connections);
  const parts: string[] = [];
  let count = 0;
  for (const entrant of entrants) {
    for (const workload of options.workloads.filter((name) => entrant.workloads.includes(name))) {
      count += 1;
      const processes = serviceNames.map((name) => ({
        name,
        pid: services[name].pid ?? 0,
        file: join(profileFolders?.[name] ?? '', `${count}.cpuprofile`),
      }));
      const work = () => runSlice(entrant, { workload, connections }, options.seconds * 1_000);
      const { profiles, result } = await profileDuring(processes, work);
      const { costs, requests, seconds } = result;
      const used = { ...costs.processes, backends: costs.backends, 'PostgreSQL besides': costs.background };
      parts.push(
        `## ${workload} by ${entrant.contestant.title}: ${meanings[workload]}`,
        `${requests} requests, ${figure(requests / seconds)}/s; CPU-s per 1,000: ${Object.entries(used)
          .map(([name, cpu]) => `${name} ${figure((cpu / requests) * 1_000)}`)
          .join(', ')}`,
      );
      for (const [index, { name, file }] of processes.entries()) {
        const profile = profiles[index];
        // A service that hardly works shows nothing but its clock.
        if (!profile || (costs.processes[name] ?? 0) < 0.05 * seconds) continue;
        parts.push(`### ${name}, ${file}`, timesByOrigin(profile), selfTimes(profile));
      }
    }
  }
  return parts.join('\n\n');
}
