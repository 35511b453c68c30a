import { expect, test } from '@jest/globals';
import { holdsPersonalData } from './personal-data.ts';
import type { Provider, RunningProvider } from './provider.ts';

/** Comes last: ends the subgraph, and reads all that it has written while the other tests asked it. */
export function describeQuietLog<P extends RunningProvider>(provider: Provider<P>, running: () => P): void {
  test('it ends as it is told, and its log holds no phone number and no e-mail address', async () => {
    expect(await running().end()).toBe(0);
    const lines = running().output().split('\n');
    // There is a log to be read: each request has its line.
    const ofRequests = lines.filter(
      (line) => line.includes(`"service":"${provider.name}"`) && line.includes('"route"'),
    );
    expect(ofRequests.length).toBeGreaterThan(50);
    expect(lines.filter(holdsPersonalData)).toEqual([]);
  });
}
