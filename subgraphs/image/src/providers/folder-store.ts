import { randomUUID } from 'node:crypto';
import { type FileHandle, mkdir, open, readdir, rename, rm, stat } from 'node:fs/promises';
import { dirname, join, resolve } from 'node:path';
import type { PictureStore } from '../domain/ports.ts';

/** A file that nobody has finished for so long belongs to a process that is no more. */
const abandonedAfterMs = 60 * 60 * 1_000;

/**
 * Bytes in a folder, as `<aa>/<bb>/<sha256>`. They are written beside that place, synced and then renamed, so that a
 * file under its hash is always whole and outlives a power cut. Rejects at once where the folder cannot be written to.
 */
export async function openFolderStore(folder: string): Promise<PictureStore> {
  const root = resolve(folder);
  const incoming = join(root, 'incoming');
  await checkWritable(root, incoming);
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
  const draft = join(incoming, randomUUID());
  try {
    await writeSynced(draft, bytes);
    await rename(draft, place);
  } finally {
    await rm(draft, { force: true });
  }
  await syncFolder(dirname(place));
}

/** Reads a file from its beginning to its end, and closes it. */
async function fill(buffer: Buffer, file: FileHandle): Promise<number> {
  let filled = 0;
  try {
    for (;;) {
      const { bytesRead } = await file.read(buffer, filled, buffer.length - filled, filled);
      filled += bytesRead;
      if (bytesRead === 0 || filled === buffer.length) return filled;
    }
  } finally {
    await file.close();
  }
}

async function writeSynced(path: string, bytes: Buffer): Promise<void> {
  const file = await open(path, 'wx', 0o600);
  try {
    await file.writeFile(bytes);
    await file.sync();
  } finally {
    await file.close();
  }
}

/**
 * Makes a folder and those above it; each is durable when the one above it is synced. Step by step, because Node's
 * recursive mkdir never returns where a file system such as /proc refuses new folders.
 */
async function makeDurableFolders(folder: string): Promise<void> {
  if (await isMade(folder)) return;
  await makeDurableFolders(dirname(folder));
  try {
    await mkdir(folder, { mode: 0o700 });
  } catch (error) {
    // Another upload was faster.
    if (!(await isMade(folder))) throw error;
  }
  await syncFolder(dirname(folder));
}

async function isMade(folder: string): Promise<boolean> {
  return (await unlessMissing(stat(folder)))?.isDirectory() ?? false;
}

async function syncFolder(folder: string): Promise<void> {
  let handle: FileHandle | undefined;
  try {
    handle = await open(folder);
    await handle.sync();
  } catch (error) {
    // Windows opens no folders; its file system journals renames by itself.
    if (process.platform !== 'win32') throw error;
  } finally {
    await handle?.close();
  }
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

async function clearAbandoned(incoming: string): Promise<void> {
  for (const name of await readdir(incoming)) {
    const path = join(incoming, name);
    const found = await unlessMissing(stat(path));
    if (found && Date.now() - found.mtimeMs > abandonedAfterMs) await rm(path, { force: true });
  }
}

async function checkWritable(root: string, incoming: string): Promise<void> {
  try {
    await makeDurableFolders(incoming);
    const probe = join(incoming, randomUUID());
    await writeSynced(probe, Buffer.from('probe'));
    await rm(probe);
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    throw new Error(`IMAGE_DIR ${root} cannot be written to (${code}). Make it writable or choose another folder.`);
  }
}

async function unlessMissing<Result>(found: Promise<Result>): Promise<Result | undefined> {
  try {
    return await found;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
    throw error;
  }
}
