import { fork } from 'node:child_process';
import { once } from 'node:events';
import { freePort } from '@atrium/stack';
import { inherited } from '../../../src/launch.ts';

/** A server over a folder that runs. */
export interface FolderServer {
  url: string;
  pid: number;
  stop(): void;
}

/** Starts a server of files or pictures in a folder; it ends with this process. */
export async function startServer(file: string, folder: string): Promise<FolderServer> {
  const port = await freePort();
  const env = { ...inherited(), FOLDER: folder, PORT: String(port) };
  const child = fork(file, [], { env, execArgv: ['--disable-warning=ExperimentalWarning'] });
  const gone = once(child, 'exit').then(([code]): never => {
    throw new Error(`${file} ended with code ${code}`);
  });
  gone.catch(() => {});
  await Promise.race([once(child, 'message'), gone]);
  return { url: `http://127.0.0.1:${port}`, pid: child.pid as number, stop: () => void child.kill() };
}
