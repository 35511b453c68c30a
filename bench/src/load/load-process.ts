import { fork } from 'node:child_process';
import { once } from 'node:events';

/** The process that sends load and judges the answers. It ends with this process. */
export interface LoadProcess<Job, Result> {
  readonly pid: number;
  run(job: Job): Promise<Result>;
  /** Ends it at once, whatever it is doing. */
  stop(): void;
}

type Message<Result> = 'ready' | { result: Result } | { error: string };

/** Starts the load's process from its main file, on the cores that this process runs on. */
export async function startLoadProcess<Job extends object, Result>(
  mainFile: string,
): Promise<LoadProcess<Job, Result>> {
  const child = fork(mainFile, [], { execArgv: ['--disable-warning=ExperimentalWarning'] });
  process.once('exit', () => child.kill('SIGKILL'));
  const gone = once(child, 'exit').then(([code]): never => {
    throw new Error(`the load process ended with code ${code}`);
  });
  gone.catch(() => {});
  const next = async (): Promise<Message<Result>> => {
    const [message] = await Promise.race([once(child, 'message'), gone]);
    return message as Message<Result>;
  };
  await next();
  return {
    pid: child.pid as number,
    stop: () => void child.kill('SIGKILL'),
    async run(job) {
      child.send(job);
      const message = await next();
      if (message === 'ready') throw new Error('the load process answered out of turn');
      if ('error' in message) throw new Error(message.error);
      return message.result;
    },
  };
}

/** Does the jobs that the other end sends, one after the other, for as long as that end lives. */
export function takeJobs<Job, Result>(run: (job: Job) => Promise<Result>): void {
  // The IPC channel brings jobs and takes results; it closes when the bench ends, however it ends.
  process.on('disconnect', () => process.exit());
  process.on('message', async (job: Job) => {
    try {
      process.send?.({ result: await run(job) });
    } catch (error) {
      process.send?.({ error: error instanceof Error ? error.message : String(error) });
    }
  });
  process.send?.('ready');
}
