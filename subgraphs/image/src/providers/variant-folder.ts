import { type FileHandle, mkdir, open, readdir, rename, rm, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { LRUCache } from 'lru-cache';
import type { ByteRange, ChooseBytes, OpenBytes, VariantStore } from '../domain/ports.ts';
import { clearAbandoned, fill, openFolder, unlessMissing, withDraft } from './whole-files.ts';

/** What the variants may take, on disk and in memory. */
export interface VariantBudget {
  readonly variantBytes: number;
  readonly variantMemoryBytes: number;
}

/** Variants up to this size are read at once and remembered; larger ones are sent as they are read. */
const smallBytes = 256 * 1024;
/** A file takes whole blocks. */
const blockBytes = 4_096;
/** How exactly a file's time tells when it was used last. */
const touchAfterMs = 60 * 60 * 1_000;
/** The part of the budget that is left when the least used have made room, so that this is not done for each file. */
const trimmedShare = 0.9;
/** How often a variant is placed in a folder that is being removed, and the other way round. */
const placeTries = 20;
/** How many pictures are asked for at once. */
const askedAtOnce = 500;

interface KeptFile {
  readonly path: string;
  readonly bytes: number;
  readonly usedAt: number;
}

/**
 * Variants in a folder, as `<aa>/<sha256>/<name>`, and the most used of them in memory. A file is written and synced
 * beside that place and then renamed, so what stands under a name is whole; when it was used last is the file's own
 * time. Several processes may share the folder. `whenFull` is called when more was kept than the budget allows.
 * Rejects at once where the folder cannot be written to.
 */
export async function openVariantFolder(
  root: string,
  budget: VariantBudget,
  whenFull: () => void,
): Promise<VariantStore> {
  const { variantBytes, variantMemoryBytes } = budget;
  const drafts = join(root, 'drafts');
  await openFolder(root, drafts);
  const placeOf = (sha256: string): string => join(root, sha256.slice(0, 2), sha256);
  const memory = new LRUCache<string, Buffer>({
    // The library takes 0 for no bound.
    maxSize: Math.max(1, variantMemoryBytes),
    sizeCalculation: (bytes, key) => bytes.length + key.length + 200,
  });
  /** As far as this process knows; what others add is seen at the next trim. */
  let keptBytes = 0;

  return {
    async open(sha256, name, choose) {
      const key = `${sha256}/${name}`;
      const known = memory.get(key);
      if (known) return { sizeBytes: known.length, body: partOf(known, choose(known.length)) };
      const file = await unlessMissing(open(join(placeOf(sha256), name)));
      if (!file) return null;
      return openFile(file, choose, (bytes) => memory.set(key, bytes));
    },

    async readInto(sha256, name, buffer) {
      const file = await unlessMissing(open(join(placeOf(sha256), name)));
      return file ? readWhole(file, buffer) : null;
    },

    async keep(sha256, name, bytes) {
      await withDraft(drafts, bytes, (draft) => place(draft, placeOf(sha256), name));
      if (bytes.length <= smallBytes) memory.set(`${sha256}/${name}`, bytes);
      keptBytes += toBlocks(bytes.length);
      if (keptBytes > variantBytes) whenFull();
    },

    async erase(sha256) {
      for (const key of memory.keys()) if (key.startsWith(sha256)) memory.delete(key);
      await removeFolder(placeOf(sha256));
    },

    async trim(known) {
      await clearAbandoned(drafts);
      const files = await listFiles(root, known);
      let bytes = files.reduce((sum, file) => sum + file.bytes, 0);
      if (bytes > variantBytes) {
        files.sort((one, other) => one.usedAt - other.usedAt);
        for (const file of files) {
          if (bytes <= variantBytes * trimmedShare) break;
          await rm(file.path, { force: true });
          bytes -= file.bytes;
        }
      }
      keptBytes = bytes;
    },
  };
}

/** Renames a draft to its name in a picture's folder, which an erasure may remove between two steps. */
async function place(draft: string, folder: string, name: string): Promise<void> {
  for (let tried = 1; ; tried++) {
    try {
      await mkdir(folder, { recursive: true, mode: 0o700 });
      return await rename(draft, join(folder, name));
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'ENOENT' || tried === placeTries) throw error;
    }
  }
}

/** Removes a picture's folder, also where variants are being placed in it. */
function removeFolder(folder: string): Promise<void> {
  return rm(folder, { recursive: true, force: true, maxRetries: placeTries, retryDelay: 1 });
}

function partOf(bytes: Buffer, chosen: ByteRange | 'all' | 'none'): Buffer | undefined {
  if (chosen === 'none') return undefined;
  return chosen === 'all' ? bytes : bytes.subarray(chosen.start, chosen.end + 1);
}

async function readWhole(file: FileHandle, buffer: Buffer): Promise<number | null> {
  let isHandedOn = false;
  try {
    const { size, mtimeMs } = await file.stat();
    if (size > buffer.length) return null;
    await touch(file, mtimeMs);
    isHandedOn = true;
    return await fill(buffer.subarray(0, size), file);
  } finally {
    if (!isHandedOn) await file.close();
  }
}

/** Notes that a file is used. */
async function touch(file: FileHandle, mtimeMs: number): Promise<void> {
  if (Date.now() - mtimeMs > touchAfterMs) await file.utimes(new Date(), new Date());
}

async function openFile(file: FileHandle, choose: ChooseBytes, remember: (bytes: Buffer) => void): Promise<OpenBytes> {
  let isHandedOn = false;
  try {
    const { size, mtimeMs } = await file.stat();
    await touch(file, mtimeMs);
    const chosen = choose(size);
    if (size <= smallBytes) {
      const bytes = await file.readFile();
      remember(bytes);
      return { sizeBytes: size, body: partOf(bytes, chosen) };
    }
    if (chosen === 'none') return { sizeBytes: size, body: undefined };
    isHandedOn = true;
    return { sizeBytes: size, body: file.createReadStream(chosen === 'all' ? {} : chosen) };
  } finally {
    if (!isHandedOn) await file.close();
  }
}

/** All files of pictures that are known; those of others are removed on the way. */
async function listFiles(root: string, known: (hashes: string[]) => Promise<Set<string>>): Promise<KeptFile[]> {
  const files: KeptFile[] = [];
  const folders = await foldersOfPictures(root);
  for (let at = 0; at < folders.length; at += askedAtOnce) {
    const some = folders.slice(at, at + askedAtOnce);
    const kept = await known(some.map(({ sha256 }) => sha256));
    for (const { path, sha256 } of some) {
      if (kept.has(sha256)) files.push(...(await filesIn(path)));
      else await removeFolder(path);
    }
  }
  return files;
}

async function foldersOfPictures(root: string): Promise<{ path: string; sha256: string }[]> {
  const found: { path: string; sha256: string }[] = [];
  for (const fan of (await unlessMissing(readdir(root))) ?? []) {
    if (fan.length !== 2) continue;
    const hashes = (await unlessMissing(readdir(join(root, fan)))) ?? [];
    found.push(...hashes.map((sha256) => ({ path: join(root, fan, sha256), sha256 })));
  }
  return found;
}

async function filesIn(folder: string): Promise<KeptFile[]> {
  const files: KeptFile[] = [];
  for (const name of (await unlessMissing(readdir(folder))) ?? []) {
    const path = join(folder, name);
    const found = await unlessMissing(stat(path));
    if (found) files.push({ path, bytes: toBlocks(found.size), usedAt: found.mtimeMs });
  }
  return files;
}

function toBlocks(bytes: number): number {
  return Math.ceil(bytes / blockBytes) * blockBytes;
}
