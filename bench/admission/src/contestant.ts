import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import { connect } from 'node:net';
import { join } from 'node:path';

/** A server that is measured, in a process of its own. */
export interface Contestant {
  readonly name: string;
  /** Sends so many requests over so many connections; answers the CPU time that the server took for each, in microseconds. */
  run(requests: number, connections: number): Promise<number>;
  close(): void;
}

/** Starts a subgraph with an admission or without. */
export async function startContestant(name: 'with' | 'without'): Promise<Contestant> {
  const child = fork(join(import.meta.dirname, 'server.ts'), [name], {
    execArgv: ['--disable-warning=ExperimentalWarning'],
  });
  const [url] = (await once(child, 'message')) as [string];
  return {
    name,
    async run(requests, connections) {
      const request = requestOf(new URL(url), (await ask(child, 'token')) as string);
      const before = (await ask(child, 'cpu')) as number;
      await Promise.all(
        Array.from({ length: connections }, () => sendMany(url, request, Math.ceil(requests / connections))),
      );
      return (((await ask(child, 'cpu')) as number) - before) / requests;
    },
    close: () => void child.disconnect(),
  };
}

async function ask(child: ChildProcess, question: 'token' | 'cpu'): Promise<unknown> {
  const answered = once(child, 'message');
  child.send(question);
  return (await answered)[0];
}

function requestOf({ host }: URL, token: string): string {
  const body = JSON.stringify({
    query: 'query User__profile__0($id:ID!){user(id:$id){id name}}',
    variables: { id: '01890a5d-ac96-774b-bcce-b302099a8057' },
  });
  return (
    `POST /graphql HTTP/1.1\r\nhost: ${host}\r\nauthorization: Bearer ${token}\r\naccept: application/json\r\n` +
    `content-type: application/json\r\ncontent-length: ${body.length}\r\n\r\n${body}`
  );
}

/** Sends a request over a connection of its own, again as soon as it is answered. */
function sendMany(url: string, request: string, count: number): Promise<void> {
  return new Promise((resolve, reject) => {
    let left = count;
    let answer = '';
    const socket = connect({ host: '127.0.0.1', port: Number(new URL(url).port), noDelay: true });
    socket.setEncoding('latin1').on('error', reject);
    socket.on('connect', () => socket.write(request));
    socket.on('data', (text) => {
      answer += text;
      if (!answer.includes('"Asha Rao"')) {
        if (!answer.startsWith('HTTP/1.1 200')) reject(new Error(answer));
        return;
      }
      answer = '';
      left--;
      if (left > 0) socket.write(request);
      else {
        socket.destroy();
        resolve();
      }
    });
  });
}
