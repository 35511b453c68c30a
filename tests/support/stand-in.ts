import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { pidOf } from './processes.ts';

/** What a stand-in answers whatever it is asked: its root fields, and the same for every entity. */
export interface Answers {
  root?: Record<string, unknown>;
  entity?: Record<string, unknown>;
}

/** A process that stands in for a service at the wire. */
export interface StandIn {
  /** Its address; every path below it is answered. */
  readonly url: string;
  readonly pid: number;
  /** Ends the process without a word to anybody. */
  kill(): Promise<void>;
  /** Starts the process anew at the same port. */
  restart(): Promise<void>;
}

const program = join(import.meta.dirname, 'stand-in-server.ts');

/** Starts a stand-in on a free port. It ends with the tests at the latest. */
export async function startStandIn(answers: Answers): Promise<StandIn> {
  let child: ChildProcess | undefined;
  let port = 0;

  async function start(): Promise<void> {
    child = fork(program, [JSON.stringify(answers), String(port)], {
      execArgv: ['--disable-warning=ExperimentalWarning'],
      env: {},
    });
    [port] = (await once(child, 'message')) as [number];
  }

  await start();
  return {
    url: `http://127.0.0.1:${port}`,
    get pid() {
      return pidOf({ pid: child?.pid });
    },
    async kill() {
      if (!child || child.exitCode !== null || child.signalCode !== null) return;
      const exited = once(child, 'exit');
      child.kill('SIGKILL');
      await exited;
    },
    restart: start,
  };
}
