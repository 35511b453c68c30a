import { createHash, randomUUID } from 'node:crypto';
import { type FileHandle, open, unlink } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { ReceivedFile } from '../domain/ports.ts';
import { tooLarge } from '../domain/user-error.ts';

/**
 * Writes a stream to a temporary file while it comes, and hashes it on the way; rejects as soon as it is over the limit.
 * The file has no name any more when its first byte arrives: however this process ends, nothing of it stays.
 */
export async function receiveStream(stream: AsyncIterable<Buffer>, maxBytes: number): Promise<ReceivedFile> {
  const file = await openNameless();
  try {
    const hash = createHash('sha256');
    let sizeBytes = 0;
    for await (const chunk of stream) {
      sizeBytes += chunk.length;
      if (sizeBytes > maxBytes) throw tooLarge(maxBytes);
      hash.update(chunk);
      await file.writeFile(chunk);
    }
    return {
      sha256: hash.digest('hex'),
      sizeBytes,
      read: () => readWhole(file, sizeBytes),
      discard: () => file.close(),
    };
  } catch (error) {
    await file.close();
    throw error;
  }
}

async function openNameless(): Promise<FileHandle> {
  const path = join(tmpdir(), `atrium-image-${randomUUID()}`);
  const file = await open(path, 'wx+', 0o600);
  await unlink(path);
  return file;
}

async function readWhole(file: FileHandle, sizeBytes: number): Promise<Buffer> {
  const bytes = Buffer.allocUnsafe(sizeBytes);
  for (let at = 0; at < sizeBytes; ) {
    const { bytesRead } = await file.read(bytes, at, sizeBytes - at, at);
    if (bytesRead === 0) throw new Error('a temporary file ended early');
    at += bytesRead;
  }
  return bytes;
}
