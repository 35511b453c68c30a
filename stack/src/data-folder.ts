import { lockDataFolder } from './data-folder-lock.ts';
import { databaseAccount } from './postgres/account.ts';
import { makeDataDir } from './postgres/locations.ts';
import { StackError } from './stack-error.ts';

/** Makes the data folder where it is missing and takes it for this process; answers what gives it back. */
export function openDataFolder(dataDir: string): () => void {
  try {
    makeDataDir(dataDir, databaseAccount());
    return lockDataFolder(dataDir);
  } catch (error) {
    if (error instanceof StackError) throw error;
    throw new StackError(`the data folder ${dataDir} cannot be written (${(error as NodeJS.ErrnoException).code}).`);
  }
}
