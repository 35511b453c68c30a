import { randomUUID } from 'node:crypto';
import { type FileHandle, mkdir, open, readdir, rm, stat } from 'node:fs/promises';
import { dirname, join } from 'node:path';

/** A draft that nobody has finished for so long belongs to a process that is no more. */
const abandonedAfterMs = 60 * 60 * 1_000;

/**
 * Writes and syncs bytes as a file in the folder of drafts, which `place` renames to where they belong: what stands there
 * is whole. Whatever comes of it, no draft is left.
 */
export async function withDraft(drafts: string, bytes: Buffer, place: (draft: string) => Promise<void>): Promise<void> {
  const draft = join(drafts, randomUUID());
  try {
    await writeSynced(draft, bytes);
    await place(draft);
  } finally {
    await rm(draft, { force: true });
  }
}

/** Removes the drafts that dead processes have left. */
export async function clearAbandoned(drafts: string): Promise<void> {
  for (const name of (await unlessMissing(readdir(drafts))) ?? []) {
    const path = join(drafts, name);
    const found = await unlessMissing(stat(path));
    if (found && Date.now() - found.mtimeMs > abandonedAfterMs) await rm(path, { force: true });
  }
}

/** Makes a folder below IMAGE_DIR with its folder of drafts; rejects with one line where they cannot be written to. */
export async function openFolder(root: string, drafts: string): Promise<void> {
  try {
    await makeDurableFolders(drafts);
    await withDraft(drafts, Buffer.from('probe'), async () => {});
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    throw new Error(`IMAGE_DIR ${root} cannot be written to (${code}). Make it writable or choose another folder.`);
  }
}

/**
 * Makes a folder and those above it; each is durable when the one above it is synced. Step by step, because Node's
 * recursive mkdir never returns where a file system such as /proc refuses new folders.
 */
export async function makeDurableFolders(folder: string): Promise<void> {
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

/** Makes what was renamed into a folder, or made in it, outlive a power cut. */
export async function syncFolder(folder: string): Promise<void> {
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

/** What a call to the file system answers; undefined where there is no such file. */
export async function unlessMissing<Result>(found: Promise<Result>): Promise<Result | undefined> {
  try {
    return await found;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
    throw error;
  }
}

/** Reads a file from its beginning to its end, and closes it. */
export async function fill(buffer: Buffer, file: FileHandle): Promise<number> {
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

async function isMade(folder: string): Promise<boolean> {
  return (await unlessMissing(stat(folder)))?.isDirectory() ?? false;
}

async function writeSynced(path: string, bytes: Buffer): Promise<void> {
  const file = await openDraft(path);
  try {
    await file.writeFile(bytes);
    await file.sync();
  } finally {
    await file.close();
  }
}

async function openDraft(path: string): Promise<FileHandle> {
  const file = await unlessMissing(open(path, 'wx', 0o600));
  if (file) return file;
  // Somebody has emptied the folder meanwhile.
  await mkdir(dirname(path), { recursive: true, mode: 0o700 });
  return open(path, 'wx', 0o600);
}
