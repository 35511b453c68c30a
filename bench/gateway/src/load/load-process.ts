import { fork } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import type { LoadJob, LoadResult } from './job.ts';

/** The process that loads gateways and judges their answers. It ends with this process. */
export interface LoadProcess {
  run(job: LoadJob): Promise<LoadResult>;
}

type Message = 'ready' | { result: LoadResult } | { error: string };

/** Starts the load's process, on the cores that this process runs on. */
export async function startLoadProcess(): Promise<LoadProcess> {
  const child = fork(join(import.meta.dirname, 'main.ts'), [], { execArgv: ['--disable-warning=ExperimentalWarning'] });
  process.once('exit', () => child.kill('SIGKILL'));
  const gone = once(child, 'exit').then(([code]): never => {
    throw new Error(`the load process ended with code ${code}`);
  });
  gone.catch(() => {});
  const next = async (): Promise<Message> => {
    const [message] = await Promise.race([once(child, 'message'), gone]);
    return message as Message;
  };
  await next();
  return {
    async run(job) {
      child.send(job);
      const message = await next();
      if (message === 'ready') throw new Error('the load process answered out of turn');
      if ('error' in message) throw new Error(message.error);
      return message.result;
    },
  };
}
