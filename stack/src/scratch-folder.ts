import { mkdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { type ServiceName, serviceNames } from './repository.ts';

/** Where a service keeps what lasts no longer than a request, such as an upload on its way. */
export function scratchFolder(dataDir: string, service: ServiceName): string {
  return join(dataDir, 'tmp', service);
}

/** Makes every scratch folder anew: what a killed process left there is gone. */
export function emptyScratchFolders(dataDir: string): void {
  for (const service of serviceNames) {
    const folder = scratchFolder(dataDir, service);
    rmSync(folder, { recursive: true, force: true });
    mkdirSync(folder, { recursive: true, mode: 0o700 });
  }
}
