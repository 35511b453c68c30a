import { fork } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/** A server that speaks S3, signatures included, and keeps one bucket in a folder of its own. */
export interface S3Server {
  /** What Image is told to keep its pictures there. */
  readonly settings: Record<string, string>;
  stop(): Promise<void>;
}

/** Starts the server on a free port. */
export async function startS3Server(): Promise<S3Server> {
  const directory = mkdtempSync(join(tmpdir(), 'atrium-s3-'));
  const child = fork(join(import.meta.dirname, 's3-server-process.ts'), [directory], {
    execArgv: ['--disable-warning=ExperimentalWarning'],
  });
  const [port] = await once(child, 'message');
  return {
    settings: {
      IMAGE_STORE: 's3',
      IMAGE_S3_BUCKET: 'pictures',
      IMAGE_S3_PREFIX: 'kept/',
      IMAGE_S3_ENDPOINT: `http://127.0.0.1:${port}`,
      IMAGE_S3_ACCESS_KEY_ID: 'S3RVER',
      IMAGE_S3_SECRET_ACCESS_KEY: 'S3RVER',
    },
    async stop() {
      const ended = once(child, 'exit');
      child.kill();
      await ended;
      rmSync(directory, { recursive: true, force: true });
    },
  };
}
