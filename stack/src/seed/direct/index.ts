import { deploy } from '../../migrations/deploy.ts';
import { withDatabases } from '../../migrations/targets.ts';
import { showProgress } from '../progress.ts';
import { loadRegistrations } from './load-registrations.ts';

export { type LoadOptions, loadRegistrations } from './load-registrations.ts';
export { type Registration, registrations } from './registrations.ts';

/** Writes users straight into the Profile database of the stack, running or not, and shows how far it is. */
export function seedDirectly({ count, seed }: { count: number; seed: number }): Promise<void> {
  return withDatabases(async ({ profile }) => {
    await deploy('profile', profile);
    const begun = performance.now();
    const progress = showProgress(count);
    try {
      const added = await loadRegistrations({ url: profile, count, seed, onProgress: progress.advance });
      progress.stop();
      const seconds = ((performance.now() - begun) / 1_000).toFixed(1);
      console.log(`${added} users were added, ${count - added} were there already, in ${seconds} s`);
    } finally {
      progress.stop();
    }
  });
}
