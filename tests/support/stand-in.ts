import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { pidOf } from './processes.ts';

/** How a stand-in answers POSTs; `healthy` gives its answers, all else is some way of being ill. */
export type Behaviour =
  | 'healthy'
  | 'hang'
  | 'html'
  | 'bad-gateway'
  | 'half-json'
  | 'half-answer'
  | 'fault-500'
  | 'fault-200'
  | 'unauthenticated-401'
  | 'too-few-entities'
  | 'huge-declared'
  | 'huge'
  | 'trickle'
  | 'broken-connection';

/** What a healthy stand-in answers: its root fields by name, and the same for every entity. */
export interface Answers {
  root: Record<string, unknown>;
  entity: Record<string, unknown>;
}

/** What a stand-in saw. */
export interface Told {
  requests: number;
  /** The requests whose connection ended before they were answered. */
  abandoned: number;
}

/** A process that stands in for a subgraph. */
export interface StandIn {
  readonly url: string;
  readonly pid: number;
  behave(behaviour: Behaviour): Promise<void>;
  tell(): Promise<Told>;
  /** Ends the process without a word to anybody. */
  kill(): Promise<void>;
  /** Starts the process anew at the same port, healthy. */
  restart(): Promise<void>;
}

const program = join(import.meta.dirname, 'stand-in-server.ts');

/** Starts a stand-in, healthy, on a free port. */
export async function startStandIn(answers: Answers): Promise<StandIn> {
  let child: ChildProcess;
  let port = 0;

  async function start(): Promise<void> {
    child = fork(program, [JSON.stringify(answers), String(port)], {
      execArgv: ['--disable-warning=ExperimentalWarning'],
      env: {},
    });
    [port] = (await once(child, 'message')) as [number];
  }

  async function say(message: object): Promise<Told> {
    const heard = once(child, 'message');
    child.send(message);
    return (await heard)[0] as Told;
  }

  await start();
  return {
    url: `http://127.0.0.1:${port}/graphql`,
    get pid() {
      return pidOf(child);
    },
    behave: async (behaviour) => void (await say({ behave: behaviour })),
    tell: () => say({ tell: true }),
    async kill() {
      if (child.exitCode !== null || child.signalCode !== null) return;
      const exited = once(child, 'exit');
      child.kill('SIGKILL');
      await exited;
    },
    restart: start,
  };
}
