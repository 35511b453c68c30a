import { open, readdir, rename, rm, stat } from 'node:fs/promises';
import { dirname, join, resolve } from 'node:path';
import type { PictureStore } from '../domain/ports.ts';
import {
  clearAbandoned,
  fill,
  makeDurableFolders,
  openFolder,
  syncFolder,
  unlessMissing,
  withDraft,
} from './whole-files.ts';

/**
 * Bytes in a folder, as `<aa>/<bb>/<sha256>`. They are written beside that place, synced and then renamed, so that a
 * file under its hash is always whole and outlives a power cut. Rejects at once where the folder cannot be written to.
 */
export async function openFolderStore(folder: string): Promise<PictureStore> {
  const root = resolve(folder);
  const incoming = join(root, 'incoming');
  await openFolder(root, incoming);
  const placeOf = (sha256: string): string => join(root, sha256.slice(0, 2), sha256.slice(2, 4), sha256);
  return {
    keep: (sha256, bytes) => keep(placeOf(sha256), incoming, bytes),
    async open(sha256, range) {
      const file = await unlessMissing(open(placeOf(sha256)));
      return file?.createReadStream(range) ?? null;
    },
    async readInto(sha256, buffer) {
      const file = await unlessMissing(open(placeOf(sha256)));
      return file ? fill(buffer, file) : null;
    },
    has: async (sha256) => (await unlessMissing(stat(placeOf(sha256)))) !== undefined,
    list: () => list(root),
    erase: (sha256) => rm(placeOf(sha256), { force: true }),
    clearAbandoned: () => clearAbandoned(incoming),
  };
}

async function keep(place: string, incoming: string, bytes: Buffer): Promise<void> {
  const known = await unlessMissing(stat(place));
  if (known?.size === bytes.length) return;
  await makeDurableFolders(dirname(place));
  await withDraft(incoming, bytes, (draft) => rename(draft, place));
  await syncFolder(dirname(place));
}

/** One page for each folder of the second level. */
async function* list(root: string): AsyncGenerator<string[]> {
  const foldersOf = async (folder: string) =>
    (await readdir(folder)).filter((name) => /^[0-9a-f]{2}$/.test(name)).map((name) => join(folder, name));
  for (const outer of await foldersOf(root)) {
    for (const inner of await foldersOf(outer)) {
      yield (await readdir(inner)).filter((name) => /^[0-9a-f]{64}$/.test(name));
    }
  }
}
